import { formatListenAddress, type ListenAddress } from '../../../api/settings/listen-address.ts'
import { failureOf } from '../../failure.ts'
import { type HealthServer, serveHealth } from '../../health-server.ts'
import type { Log } from '../../log.ts'

/**
 * Serves `/metrics` and `/healthz`. A port that is in use is logged and does not stop init: with the network of the host, two
 * pods may have one port, and refreshing the secrets is more important.
 */
export async function serveMetrics(
  address: ListenAddress,
  metrics: () => string,
  log: Log,
): Promise<HealthServer | undefined> {
  try {
    const server = await serveHealth(address, { health: () => [], readiness: () => [], metrics })
    log.info('metrics are served', { address: formatListenAddress({ ...address, port: server.port }) })
    return server
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    log.error('metrics are not served', { code: failure.code, reason: failure.message })
    return undefined
  }
}
