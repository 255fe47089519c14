import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { type Diagnostic, quote } from '../api/diagnostic.ts'
import type { Io } from './flags/command.ts'
import type { ParsedFlags } from './flags/flags.ts'
import { type Manifest, readManifests } from './read-manifests.ts'
import { errorsOf } from '../functions/krm/result.ts'
import { printResults } from './print-results.ts'

type Input =
  | { readonly manifests: readonly Manifest[]; readonly exit?: undefined }
  | { readonly manifests?: undefined; readonly exit: ExitCode }

/**
 * Reads the manifests. All errors of them and of the command line are printed at once.
 *
 * @param usageOf errors of the command line that depend on the manifests.
 */
export async function readInput(
  parsed: ParsedFlags,
  io: Io,
  usage: readonly Diagnostic[],
  usageOf: (manifests: readonly Manifest[]) => readonly Diagnostic[] = () => [],
): Promise<Input> {
  const wrong = [...usage]
  const [operand] = parsed.operands
  if (operand !== undefined) {
    wrong.push({ message: `argument ${quote(operand)} is not known`, hint: 'name manifests by -f' })
  }
  const { manifests, results } = await readManifests(parsed, io)
  wrong.push(...usageOf(manifests))
  const exit = printResults([...errorsOf(wrong, exitCode.usage), ...results], io)
  return exit === exitCode.done ? { manifests } : { exit }
}
