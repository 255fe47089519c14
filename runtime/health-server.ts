import type { AddressInfo } from 'node:net'
import { formatListenAddress, type ListenAddress } from '../api/settings/listen-address.ts'
import { failed } from './failure.ts'

type HealthPages = {
  /** What is wrong; empty when healthy. */
  readonly health: () => readonly string[]
  readonly readiness: () => readonly string[]
  readonly metrics: () => string
}

export type HealthServer = { readonly port: number; readonly close: () => void }

/** Serves the probes of the kubelet and the metrics. */
export async function serveHealth(
  address: ListenAddress,
  { health, readiness, metrics }: HealthPages,
): Promise<HealthServer> {
  const { host, port } = address
  const check = (failures: readonly string[]) =>
    failures.length === 0 ? { status: 200, text: 'ok\n' } : { status: 503, text: `${failures.join('\n')}\n` }
  const pages = new Map([
    ['/healthz', () => check(health())],
    ['/readyz', () => check(readiness())],
    ['/metrics', () => ({ status: 200, text: metrics() })],
  ])
  // init loads it only where it stays and serves.
  const { createServer } = await import('node:http')
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    const page = pages.get((request.url ?? '').replace(/\?.*/, ''))
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const { status, text } = page === undefined || !isRead ? { status: 404, text: 'not found\n' } : page()
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' })
    response.end(request.method === 'HEAD' ? undefined : text)
  })
  await new Promise<void>((resolve, reject) => {
    server.on('error', (error) => {
      const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
      reject(
        failed({
          code: 'LISTEN_REFUSED',
          message: `LISTEN: cannot listen on ${formatListenAddress(address)} (${code})`,
        }),
      )
    })
    server.listen(port, host === '' ? undefined : host, resolve)
  })
  const bound = server.address()
  return {
    port: isAddress(bound) ? bound.port : port,
    close: () => {
      server.close()
      server.closeAllConnections()
    },
  }
}

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null
}
