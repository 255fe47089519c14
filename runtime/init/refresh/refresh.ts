/**
 * Keeps the files current while the app runs. Whatever goes wrong, the files stay as they are, and are right again with
 * the next refresh that succeeds.
 */
import { firstToMend } from '../../../api/exit-code.ts'
import { formatDuration } from '../../../api/duration.ts'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import type { Clock } from '../../scheduling/clock.ts'
import { exitCodeOf, failureOf } from '../../failure.ts'
import type { Log } from '../../log.ts'
import { Notifier, type Notify } from './notifier.ts'
import type { OutputFiles, WrittenOutput } from '../files/output-files.ts'
import type { RefreshMetrics, RefreshResult } from './refresh-metrics.ts'
import { type InitDiagnostic, loggedDiagnostic } from '../fetch/report.ts'
import { refreshesBetweenCollections } from './small-heap.ts'
import { areWritten } from '../files/written-files.ts'
import { writeFiles } from '../files/write-files.ts'

export type Refreshing = {
  /** In milliseconds. */
  readonly every: number
  readonly settings: InitEnv
  readonly fetch: () => Promise<OutputFiles>
  /** Absent if the app is not to be notified. */
  readonly notify?: Notify | undefined
  readonly metrics: RefreshMetrics
  readonly log: Log
  readonly clock: Clock
  /** Evenly from 0 to 1. */
  readonly random: () => number
  readonly collectGarbage: () => void
}

/** Does not end: the process ends with the pod. */
export async function refresh({
  every,
  settings,
  metrics,
  log,
  clock,
  random,
  ...world
}: Refreshing): Promise<never> {
  log.info('keeping the files up to date', { every: formatDuration(every) })
  const notifier = world.notify && new Notifier(world.notify, { metrics, log, clock })
  // The pods of one roll-out would else ask the store at the same moment, again and again.
  let next = clock.now() + every * random()
  for (let rounds = 1; ;) {
    const { call, due = next } = notifier?.proceed() ?? {}
    const sleep = clock.sleep(Math.max(0, Math.min(next, due) - clock.now()))
    // A call may end first. The sleep then ends by itself, with the next refresh at the latest.
    await (call ? Promise.race([sleep, call]) : sleep)
    if (clock.now() < next) continue
    metrics.started()
    const result = await refreshOnce(world.fetch, settings, log)
    metrics.refreshed(result)
    next = clock.now() + every * (0.9 + 0.2 * random())
    if (result === 'changed') notifier?.changed()
    if (rounds++ % refreshesBetweenCollections === 0) world.collectGarbage()
  }
}

async function refreshOnce(
  fetch: Refreshing['fetch'],
  { fileMode }: Pick<InitEnv, 'fileMode'>,
  log: Log,
): Promise<RefreshResult> {
  const failed = (diagnostics: readonly InitDiagnostic[]): RefreshResult => {
    log.error('the refresh failed, the files stay as they are', {
      exitCode: firstToMend(diagnostics.map(({ exit }) => exit)),
      problems: diagnostics.map(loggedDiagnostic),
    })
    return 'failed'
  }
  try {
    const output = await fetch()
    if (output.diagnostics) return failed(output.diagnostics)
    const { files, folders } = output
    if (await areWritten(files, folders)) {
      log.debug('nothing has changed')
      return 'unchanged'
    }
    for (const reason of await written(output, fileMode))
      log.warn('some old files could not be removed', { reason })
    log.info('changed values were written', { files: files.map(({ path }) => path) })
    return 'changed'
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    const { code, message, hint, detail } = failure
    return failed([
      {
        exit: exitCodeOf(failure),
        message,
        ...(hint === undefined ? {} : { hint }),
        fields: { code, ...(detail === undefined ? {} : { detail }) },
      },
    ])
  }
}

/** Once the new files have appeared, the app is notified, even if something fails after that. */
async function written({ files, folders }: WrittenOutput, mode: number): Promise<readonly string[]> {
  try {
    return await writeFiles(files, mode, new Date(), folders)
  } catch (error) {
    const failure = failureOf(error)
    if (failure && (await areWritten(files, folders))) return [failure.message]
    throw error
  }
}
