/** Runs the creator once everything is open: every replica watches, the leader acts. */
import { getHeapStatistics } from 'node:v8'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { formatListenAddress } from '../../api/settings/listen-address.ts'
import { type Failure, failureFields } from '../failure.ts'
import { serveHealth } from '../health-server.ts'
import { LeaderElection, type LeadershipEnd } from '../kubernetes/leader-election.ts'
import type { Log } from '../log.ts'
import { abortable } from '../scheduling/abortable.ts'
import type { CreatorSettings } from './config.ts'
import type { CreatorWorld, Opened } from './creator-world.ts'
import { metrics as openMetrics } from './report/metrics.ts'
import { rateLimitedLog } from './report/rate-limited-log.ts'
import { wire } from './wire.ts'

/** For the work that has begun, in milliseconds; a pod gets 30 s in all. */
const longestStop = 20_000

export async function runCreator(
  settings: CreatorSettings,
  opened: Opened,
  world: CreatorWorld,
  log: Log,
): Promise<ExitCode> {
  const { clock, random } = world
  const { podName: identity, podNamespace: namespace, leaseName: name } = settings
  const metrics = openMetrics()
  const warn = rateLimitedLog(clock, log)
  const election = settings.leaderElection
    ? new LeaderElection(
        opened.server,
        { namespace, name, identity },
        {
          clock,
          random,
          time: () => new Date(),
          failed: (failure) => {
            metrics.count('lease_errors_total', { code: failure.code })
            warn('failed to acquire or renew the Lease', failure)
          },
          reachableAgain: () => watching.retryNow(),
        },
      )
    : undefined
  const leads = () => election?.leads() ?? true
  const unfit = new AbortController()
  const stop = AbortSignal.any([world.stop, unfit.signal])

  const { watching, act } = wire(settings, opened, {
    clock,
    random,
    log,
    metrics,
    warn,
    leads,
    stop,
    heapBytes: getHeapStatistics().heap_size_limit,
    usedHeap: () => getHeapStatistics().used_heap_size,
  })
  const pages = { health: watching.health, readiness: watching.readiness, metrics: metrics.text }
  const health = await serveHealth(settings.listen, pages)
  const listen = formatListenAddress({ ...settings.listen, port: health.port })
  log.info('watching', { namespaces: settings.namespaces, listen })

  const refuse = (failure: Failure): ExitCode => {
    const facts = { ...failureFields(failure), problem: failure.message }
    log.error('the API server refuses NAMESPACES or LABEL_SELECTOR', { exitCode: exitCode.usage, ...facts })
    return exitCode.usage
  }
  const lead = async (): Promise<LeadershipEnd> => {
    if (election && !(await election.acquire(world.stop, watching.mayLead))) return 'stopped'
    log.info('leading', { identity })
    const working = act()
    const ended = election
      ? await election.keep(world.stop, watching.mayKeepLeading)
      : ((await abortable(new Promise<never>(() => {}), world.stop)) ?? 'stopped')
    // Every call that is still to come is refused from now on.
    if (ended === 'lost') return ended
    if (ended === 'unfit') unfit.abort()
    else log.info('stopping')
    const late = clock.sleep(longestStop, { ref: false }).then(() => 'late' as const)
    if ((await Promise.race([working, late])) === 'late')
      log.warn('the work that had begun was not finished in time')
    await election?.release()
    return ended
  }
  const end = async (): Promise<ExitCode> => {
    const ended = await lead()
    // A creator that no longer leads ends: a new process has no state that could be wrong.
    if (ended === 'lost') log.error('the Lease was lost', { identity, exitCode: exitCode.unreachable })
    else if (ended === 'unfit')
      log.error('released the Lease: pods cannot be listed', { identity, exitCode: exitCode.unreachable })
    else log.info('stopped')
    return ended === 'stopped' ? exitCode.done : exitCode.unreachable
  }
  try {
    return await Promise.race([end(), watching.refused.then(refuse)])
  } finally {
    health.close()
  }
}
