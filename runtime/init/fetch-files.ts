import type { InitEnv } from '../../api/init-env.ts'
import type { Declared } from '../../api/pod-annotations.ts'
import type { FetchProgress, FetchTools } from '../store/fetch-parameters.ts'
import type { Log } from '../log.ts'
import { formatRef, type ParameterReader } from '../store/parameter-store.ts'
import { fetchDeclared } from './fetch-declared.ts'
import { limitBytes, type Memory, memoryDiagnostic } from './memory-limit.ts'
import { type OutputFiles, outputFiles } from './output-files.ts'

export type FilesTools = Pick<FetchTools, 'clock' | 'random'> & { readonly memory: Memory }

/** The files of what is declared, as the store has it now, or everything that is wrong with any of it. */
export async function fetchFiles(
  store: ParameterReader,
  declared: readonly Declared[],
  settings: InitEnv,
  { clock, random, memory }: FilesTools,
  log: Log,
): Promise<OutputFiles> {
  const progress = ({ found, open }: FetchProgress) =>
    log.info('waiting for parameters', {
      found,
      open: open.length,
      first: open.slice(0, 10).map(({ ref, failure }) => ({ parameter: formatRef(ref), code: failure.code })),
    })
  const { reader, isExceeded } = limitBytes(store, memory)
  const { values, diagnostics } = await fetchDeclared(reader, declared, settings, { clock, random, progress })
  if (isExceeded()) return { diagnostics: [memoryDiagnostic(memory)] }
  return diagnostics.length > 0 ? { diagnostics } : outputFiles(values, settings)
}
