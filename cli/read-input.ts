import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { quote } from '../api/diagnostic.ts'
import type { Io } from './command.ts'
import type { ParsedFlags } from './flags.ts'
import { type Manifest, readManifests } from './read-manifests.ts'
import { printDiagnostics } from './print-diagnostics.ts'

export type Input =
  | { readonly manifests: readonly Manifest[]; readonly exit?: undefined }
  | { readonly manifests?: undefined; readonly exit: ExitCode }

/** The manifests, where nothing is wrong with the command line or with them; else all of it is said at once. */
export async function readInput(parsed: ParsedFlags, io: Io, usage: readonly string[]): Promise<Input> {
  const wrong = [...usage]
  const [operand] = parsed.operands
  if (operand !== undefined) wrong.push(`argument ${quote(operand)} is not known: manifests are named by -f`)
  const { manifests, problems } = await readManifests(parsed, io)
  const exit = printDiagnostics(
    [...wrong.map((message) => ({ message, exit: exitCode.usage })), ...problems],
    io,
  )
  return exit === exitCode.done ? { manifests } : { exit }
}
