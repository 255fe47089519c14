/** The start of the commands that compare the workloads of manifests with a store. */
import type { ExitCode } from '../api/exit-code.ts'
import { judge } from '../functions/krm/result.ts'
import { areInLocalMode, readWorkloads, type Workload } from '../functions/workload/workload.ts'
import { parseWorkloadConfig, workloadOptions } from '../functions/workload/workload-options.ts'
import type { StoreAccess } from '../runtime/store/file-parameter-store.ts'
import { type Io, valueOf } from './flags/command.ts'
import type { Flags, ParsedFlags } from './flags/flags.ts'
import { readSharedFlags, sharedFlags } from './flags/function-flags.ts'
import { type Output, outputFlags, readOutput } from './flags/output-flag.ts'
import { printResults } from './print-results.ts'
import { readInput } from './read-input.ts'
import { type Manifest, manifestFlags } from './read-manifests.ts'
import { noStore, type OpenedStore, openStoreFlag, storeFlags } from './flags/store-flag.ts'

export const storedWorkloadFlags: Flags = {
  ...manifestFlags,
  ...outputFlags,
  ...sharedFlags(workloadOptions),
  ...storeFlags,
}

type StoredWorkloads = {
  readonly manifests: readonly Manifest[]
  readonly workloads: readonly Workload[]
  readonly opened: OpenedStore
  readonly output: Output
  /** Not `done` if a declaration is invalid; the workloads have the others. */
  readonly exit: ExitCode
}

/** Prints all errors of the command line, the store and the manifests. Without workloads there is nothing else to do. */
export async function readStoredWorkloads(
  parsed: ParsedFlags,
  io: Io,
  access: StoreAccess,
): Promise<StoredWorkloads | { readonly workloads?: undefined; readonly exit: ExitCode }> {
  const { diagnostics: flagDiagnostics, ...options } = await readSharedFlags(workloadOptions, parsed)
  const { config, diagnostics: optionDiagnostics } = parseWorkloadConfig(options)
  const output = readOutput(parsed)
  const opened = await openStoreFlag(parsed, io, access)
  const usage = [...flagDiagnostics, ...optionDiagnostics, ...output.diagnostics]
  const read = (some: readonly Manifest[]) =>
    readWorkloads(
      some.flatMap(({ items }) => items),
      config,
    )
  const isNeeded = (some: readonly Manifest[]) =>
    valueOf(parsed, 'store') !== undefined || !areInLocalMode(read(some).workloads)
  const { manifests, exit: wrong } = await readInput(parsed, io, usage, (some) =>
    opened.diagnostics && isNeeded(some) ? opened.diagnostics : [],
  )
  if (!manifests) return { exit: wrong }
  const { workloads, results } = read(manifests)
  const exit = printResults(judge(results, config.strict), io, manifests)
  return { manifests, workloads, opened: opened.store ? opened : noStore, output, exit }
}
