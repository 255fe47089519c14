import type { InitEnv } from '../../api/init-env.ts'
import type { Declared } from '../../api/pod-annotations.ts'
import type { FetchProgress, FetchTools } from '../store/fetch-parameters.ts'
import type { Log } from '../log.ts'
import { formatRef, type ParameterReader } from '../store/parameter-store.ts'
import { fetchDeclared } from './fetch-declared.ts'
import { type OutputFiles, outputFiles } from './output-files.ts'

/** The files of what is declared, as the store has it now, or everything that is wrong with any of it. */
export async function fetchFiles(
  store: ParameterReader,
  declared: readonly Declared[],
  settings: InitEnv,
  { clock, random }: Pick<FetchTools, 'clock' | 'random'>,
  log: Log,
): Promise<OutputFiles> {
  const progress = ({ found, open }: FetchProgress) =>
    log.info('waiting for parameters', {
      found,
      open: open.length,
      first: open.slice(0, 10).map(({ ref, failure }) => ({ parameter: formatRef(ref), code: failure.code })),
    })
  const { values, diagnostics } = await fetchDeclared(store, declared, settings, { clock, random, progress })
  return diagnostics.length > 0 ? { diagnostics } : outputFiles(values, settings)
}
