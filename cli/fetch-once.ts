/** Fetching for a person, who can run the command again: without retries. */
import { type ExitCode, firstToMend } from '../api/exit-code.ts'
import { decodeInitEnv, type InitEnv } from '../api/settings/init-env.ts'
import type { Declared } from '../api/pod/pod-annotations.ts'
import { errorsOf } from '../functions/krm/result.ts'
import { fetchDeclared, type FetchedValue } from '../runtime/init/fetch/fetch-declared.ts'
import type { InitDiagnostic } from '../runtime/init/fetch/report.ts'
import { clock } from '../runtime/scheduling/clock.ts'
import type { ParameterReader } from '../runtime/store/parameter-store.ts'
import type { Io } from './flags/command.ts'
import { printFailures, type StoreFailure } from './print/print-failures.ts'
import type { Place } from './declaration-places.ts'
import { printAt } from './print-results.ts'

/** In milliseconds, for all requests together: the command is interactive. */
const deadline = 60_000

/** The defaults of init, but for its waits. */
export function settingsWithoutWaits(): InitEnv {
  const { settings } = {
    settings: undefined,
    ...decodeInitEnv({ WAIT_TIMEOUT: '0s', REFERENCE_WAIT: '0s', DENIED_WAIT: '0s' }),
  }
  if (!settings) throw new Error('the defaults of init are wrong')
  return { ...settings, deadline }
}

type Fetched = { readonly values: readonly FetchedValue[]; readonly diagnostics: readonly InitDiagnostic[] }

export async function fetchOnce(
  reader: ParameterReader,
  declared: readonly Declared[],
  io: Io,
): Promise<Fetched> {
  return await fetchDeclared(reader, declared, settingsWithoutWaits(), {
    clock,
    random: Math.random,
    progress: ({ found, open }) =>
      io.progress?.(`${found} fetched, ${open.length} requested again: ${open[0]?.failure.message ?? ''}`),
  })
}

/**
 * What could not be fetched, and why a value cannot be delivered.
 *
 * @param placeAt where an annotation is; undefined if that is not known.
 */
export function printDiagnostics(
  diagnostics: readonly InitDiagnostic[],
  placeAt: (annotation: string) => Place | undefined,
  io: Io,
): ExitCode {
  const placesOf = (annotation: unknown) => {
    const place = typeof annotation === 'string' ? placeAt(annotation) : undefined
    return place ? [place] : []
  }
  const isOfStore = ({ failure }: InitDiagnostic) => failure !== undefined && failure.code !== 'MISSING'
  const failures = diagnostics.filter(isOfStore).flatMap(({ failure, brief }): StoreFailure[] => {
    return failure && brief ? [{ parameters: [brief.what], failure }] : []
  })
  const annotations = new Map(diagnostics.map(({ brief, fields }) => [brief?.what, fields?.['annotation']]))
  printFailures(failures, io, 'error', (parameter) => placesOf(annotations.get(parameter)))
  for (const { fields = {}, exit, ...one } of diagnostics.filter((other) => !isOfStore(other))) {
    const { code, annotation, parameter } = fields
    const missing = {
      message: `annotation ${String(annotation)}: parameter ${String(parameter)} does not exist`,
      hint: 'run kees create for DYNAMIC parameters, kees put for the others',
    }
    // Secrets of Secrets Manager are not created by kees.
    const isOfKees = code === 'MISSING' && String(parameter).startsWith('/')
    for (const result of errorsOf([isOfKees ? missing : one], exit)) printAt(result, placesOf(annotation), io)
  }
  return firstToMend(diagnostics.map(({ exit }) => exit))
}
