import type { InitEnv } from '../../../api/settings/init-env.ts'
import type { Composed, Declared } from '../../../api/pod/pod-annotations.ts'
import type { FetchProgress, FetchTools } from '../../store/fetch-parameters.ts'
import type { Log } from '../../log.ts'
import { formatRef, type ParameterReader } from '../../store/parameter-store.ts'
import { deliverValues } from '../fetch/deliver-values.ts'
import type { Delivered } from '../fetch/delivered.ts'
import { deriveDeclared } from '../fetch/derive-declared.ts'
import { type Fetched, fetchDeclared } from '../fetch/fetch-declared.ts'
import { limitBytes, type Memory, memoryDiagnostic } from '../fetch/memory-limit.ts'
import { type OutputFiles, outputFiles } from './output-files.ts'

export type FilesTools = Pick<FetchTools, 'clock' | 'random'> & { readonly memory: Memory }

/** What the annotations of a pod declare. */
export type Pod = {
  readonly declared: readonly Declared[]
  readonly composed: readonly Composed[]
  readonly localMode?: string
}

type FetchedFiles = OutputFiles & {
  /** Optional values that do not exist, with what is made of them. */
  readonly absent: readonly Absent[]
}

/** The annotation, and the parameter of one that has one, or else what its text lacks. */
type Absent = Pick<Delivered, 'annotation' | 'parameter' | 'absent'>

/** The files of what is declared, as the store has it now, or everything that is wrong with any of it. */
export async function fetchFiles(
  store: ParameterReader,
  pod: Pod,
  settings: InitEnv,
  { clock, random, memory }: FilesTools,
  log: Log,
): Promise<FetchedFiles> {
  const progress = ({ found, open }: FetchProgress) =>
    log.info('waiting for parameters', {
      found,
      open: open.length,
      first: open.slice(0, 10).map(({ ref, failure }) => ({ parameter: formatRef(ref), code: failure.code })),
    })
  const { reader, isExceeded } = limitBytes(store, memory)
  const fetched = await fetchDeclared(reader, pod.declared, settings, { clock, random, progress })
  return isExceeded() ? tooMuch(memory) : await filesOf(fetched, pod, settings, memory)
}

/** The files of local mode, for which no store is opened. */
export async function deriveFiles(
  pod: Pod,
  settings: InitEnv,
  { clock, memory }: Pick<FilesTools, 'clock' | 'memory'>,
): Promise<FetchedFiles> {
  return await filesOf(await deriveDeclared(pod.declared, settings, clock), pod, settings, memory)
}

function tooMuch(memory: Memory): FetchedFiles {
  return { diagnostics: [memoryDiagnostic(memory)], absent: [] }
}

async function filesOf(
  fetched: Fetched,
  { composed }: Pod,
  settings: InitEnv,
  memory: Memory,
): Promise<FetchedFiles> {
  const shaped = await deliverValues(fetched.values, composed, memory.most)
  if (!shaped) return tooMuch(memory)
  const { delivered } = shaped
  const output = outputFiles(delivered, settings)
  const diagnostics = [...fetched.diagnostics, ...shaped.diagnostics, ...(output.diagnostics ?? [])]
  const absent = delivered.filter(({ value }) => value === undefined)
  return diagnostics.length > 0 || output.diagnostics ? { diagnostics, absent } : { ...output, absent }
}

export function warnOfAbsent(absent: readonly Absent[], log: Log): void {
  for (const { annotation, parameter, absent: lacks } of absent)
    if (lacks === undefined)
      log.warn('an optional value does not exist and is left out', { annotation, parameter })
    else
      log.warn('a composition is left out because an optional value does not exist', {
        annotation,
        absent: lacks,
      })
}
