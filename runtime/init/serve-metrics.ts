import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { formatListenAddress, type ListenAddress } from '../../api/listen-address.ts'
import type { Log } from '../log.ts'
import { prometheusContentType } from '../prometheus-text.ts'
import { systemCode, systemReason } from '../system-error.ts'

/**
 * Serves `/metrics` and `/healthz`. Where it cannot listen it says so and goes on: with the network of the host, two pods
 * may want one port, and to keep the secrets current is worth more.
 */
export async function serveMetrics(
  address: ListenAddress,
  text: () => string,
  log: Log,
): Promise<Server | undefined> {
  const pages = new Map([
    ['/metrics', text],
    ['/healthz', () => 'ok\n'],
  ])
  const server = createServer(({ method, url = '' }, response) => {
    const page = pages.get(url.replace(/\?.*/, ''))
    const isRead = method === 'GET' || method === 'HEAD'
    response.writeHead(page ? (isRead ? 200 : 405) : 404, { 'content-type': prometheusContentType })
    response.end(page && isRead ? page() : '')
  })
  const { host, port } = address
  server.listen({ port, ...(host === '' ? {} : { host }) })
  const where = formatListenAddress(address)
  try {
    await once(server, 'listening')
    log.info('metrics are served', { address: where })
    return server
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    log.error('metrics cannot be served (LISTEN)', { address: where, reason: systemReason(code) })
    return undefined
  }
}
