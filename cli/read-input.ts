import { exitCode, type ExitCode } from '../api/exit-code.ts'
import { type Diagnostic, quote } from '../api/diagnostic.ts'
import type { Io } from './flags/command.ts'
import type { ParsedFlags } from './flags/flags.ts'
import {
  type Manifest,
  namesIn,
  parseSources,
  readManifests,
  type ReadManifests,
  readSourcesOf,
} from './read-manifests.ts'
import { type VisitedManifest, type Visitor, visitObjects } from './visit-objects.ts'
import { errorsOf, type Result } from '../functions/krm/result.ts'
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
  const { manifests, results } = await readManifests(parsed, io)
  const wrong = [...usageResults(parsed, usage), ...errorsOf(usageOf(manifests), exitCode.usage)]
  const exit = printResults([...wrong, ...results], io)
  return exit === exitCode.done ? { manifests } : { exit }
}

type VisitedInput<V> =
  | {
      readonly manifests: readonly (Manifest | VisitedManifest)[]
      readonly visitor: V
      readonly exit?: undefined
    }
  | { readonly manifests?: undefined; readonly visitor?: undefined; readonly exit: ExitCode }

/** As readInput, for a command that looks at one object after the other. @param begin makes the visitor of all objects. */
export async function visitInput<V extends Visitor>(
  parsed: ParsedFlags,
  io: Io,
  usage: readonly Diagnostic[],
  begin: () => V,
): Promise<VisitedInput<V>> {
  const wrong = usageResults(parsed, usage)
  const read = await readSourcesOf(parsed, io)
  const visited = wrong.length === 0 ? visitObjects(read, begin) : undefined
  const { manifests, results }: ReadManifests = visited
    ? { manifests: [], results: read.results }
    : parseSources(namesIn(parsed), read)
  const exit = printResults([...wrong, ...results], io)
  if (exit !== exitCode.done) return { exit }
  if (visited) return visited
  const visitor = begin()
  for (const { items } of manifests) for (const item of items) visitor.add(item)
  return { manifests, visitor }
}

/** Errors of the command line. */
function usageResults(parsed: ParsedFlags, usage: readonly Diagnostic[]): readonly Result[] {
  const [operand] = parsed.operands
  const unknown = operand === undefined ? [] : [unknownOperand(operand)]
  return errorsOf([...usage, ...unknown], exitCode.usage)
}

function unknownOperand(operand: string): Diagnostic {
  return { message: `argument ${quote(operand)} is not known`, hint: 'name manifests by -f' }
}
