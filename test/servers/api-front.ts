/** A load balancer in front of an API server, with TLS of its own, that can answer in its place. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, request as send } from 'node:https'
import { request as sendPlain, type ServerResponse } from 'node:http'
import type { Certificate } from './loopback-certificate.ts'

/**
 * `expired`: every watch is answered as too old. `one frame`: every watch ends after its first data. `html`: everything is
 * answered with a page and status 200. The others: the request is forbidden, as without this permission in the ClusterRole.
 */
type FrontMode = 'pass' | 'expired' | 'one frame' | 'html' | keyof typeof forbids

const forbids = {
  'no lists': (method: string, url: string) =>
    method === 'GET' && url.includes('/pods') && !url.includes('watch=true'),
  'no Leases': (_: string, url: string) => url.includes('/leases'),
  'no Events': (method: string, url: string) => method === 'POST' && url.endsWith('/events'),
} as const

export type ApiFront = {
  readonly port: number
  /** Ends the watches that are open. */
  readonly set: (mode: FrontMode) => void
  /** How many requests it has answered itself, or cut short. */
  readonly answered: () => number
  readonly stop: () => void
}

/** @param ca what vouches for the server, PEM. */
export async function startApiFront(
  { file, key }: Certificate,
  { server: target, ca }: { readonly server: string; readonly ca?: string },
): Promise<ApiFront> {
  let mode: FrontMode = 'pass'
  let answered = 0
  const open = new Set<ServerResponse>()
  const forward = target.startsWith('https:') ? send : sendPlain
  const server = createServer({ cert: readFileSync(file), key: readFileSync(key) }, (incoming, response) => {
    const { method, url = '', headers } = incoming
    if (mode === 'html' || (mode === 'expired' && url.includes('watch=true'))) {
      answered++
      incoming.resume()
      const [type, body] = mode === 'html' ? ['text/html', '<html>sign in</html>'] : [json, expired]
      response.writeHead(200, { 'content-type': type }).end(body)
      return
    }
    if (isForbidden(mode, method, url)) {
      answered++
      incoming.resume()
      response.writeHead(403, { 'content-type': json }).end(forbidden)
      return
    }
    open.add(response)
    const outgoing = forward(`${target}${url}`, { method, headers, ...(ca === undefined ? {} : { ca }) })
    outgoing.on('error', () => response.destroy())
    outgoing.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      response.flushHeaders()
      answer.on('error', () => response.destroy())
      if (mode !== 'one frame' || !url.includes('watch=true')) return void answer.pipe(response)
      return void answer.once('data', (frame) => {
        answered++
        response.end(frame)
      })
    })
    response.on('close', () => {
      open.delete(response)
      outgoing.destroy()
    })
    incoming.pipe(outgoing)
  })
  server.on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    set: (next) => {
      mode = next
      for (const response of open) response.destroy()
    },
    answered: () => answered,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const json = 'application/json'
const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 410, reason: 'Expired' }
const expired = `${JSON.stringify({ type: 'ERROR', object: { ...status, message: 'too old resource version' } })}\n`
const forbidden = JSON.stringify({ ...status, code: 403, reason: 'Forbidden' })

function isForbidden(mode: FrontMode, method = '', url: string): boolean {
  return mode === 'no lists' || mode === 'no Leases' || mode === 'no Events'
    ? forbids[mode](method, url)
    : false
}
