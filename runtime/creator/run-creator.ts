/** Runs the creator once all is opened: every replica watches, the one that leads acts. */
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import type { Failure } from '../failure.ts'
import type { Log } from '../log.ts'
import { wire } from './wire.ts'
import type { CreatorSettings } from './config.ts'
import type { CreatorWorld, Opened } from './creator-world.ts'
import { serveHealth } from '../health-server.ts'
import { type LeaderElection, leaderElection } from '../kubernetes/leader-election.ts'
import { metrics as openMetrics } from './metrics.ts'
import { rateLimitedLog } from './rate-limited-log.ts'
import { abortable } from '../scheduling/abortable.ts'

/** For what has begun, in milliseconds; a pod gets 30 s in all. */
const longestStop = 20_000

export async function runCreator(
  settings: CreatorSettings,
  opened: Opened,
  world: CreatorWorld,
  log: Log,
): Promise<ExitCode> {
  const { clock, random, stop } = world
  const metrics = openMetrics()
  const complain = rateLimitedLog(clock, log)
  const election: LeaderElection | undefined = settings.leaderElection
    ? leaderElection(
        opened.server,
        { namespace: settings.podNamespace, name: settings.leaseName, identity: settings.podName },
        {
          clock,
          random,
          time: () => new Date(),
          failed: (failure) => {
            metrics.count('lease_errors_total', { code: failure.code })
            complain('the Lease was not got or kept', failure)
          },
        },
      )
    : undefined
  const leads = election?.leads ?? (() => true)

  const { watching, act } = wire(settings, opened, world, { log, metrics, complain, leads })
  const pages = { health: watching.health, readiness: watching.readiness, metrics: metrics.text }
  const health = await serveHealth(settings.listen, pages)
  log.info('watching', { namespaces: settings.namespaces, listen: `${settings.listen.host}:${health.port}` })

  const refuse = ({ code, message, detail }: Failure): ExitCode => {
    const what = 'the API server does not take NAMESPACES or LABEL_SELECTOR'
    log.error(what, { exitCode: exitCode.usage, code, problem: message, detail })
    return exitCode.usage
  }
  const end = async (): Promise<ExitCode> => {
    if (election && !(await election.acquire(stop))) return exitCode.done
    log.info('leading', { identity: settings.podName })
    const working = act()
    const kept = election ? await election.keep(stop) : await abortable(new Promise<never>(() => {}), stop)
    if (kept === 'lost') {
      // Whatever is under way is refused from now on; a new process begins with a clean sight.
      log.error('the Lease was lost', { identity: settings.podName })
      return exitCode.unreachable
    }
    log.info('stopping')
    const late = clock.sleep(longestStop, { ref: false }).then(() => 'late' as const)
    if ((await Promise.race([working, late])) === 'late') log.warn('what had begun was not finished in time')
    await election?.release()
    log.info('stopped')
    return exitCode.done
  }
  try {
    return await Promise.race([end(), watching.wrong.then(refuse)])
  } finally {
    health.close()
  }
}
