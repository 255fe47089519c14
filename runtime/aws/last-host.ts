/**
 * The host that any client in this process called last. It is for the clients inside the SDK, whose errors do not name
 * what they called. https://nodejs.org/api/diagnostics_channel.html#http
 */
import { subscribe } from 'node:diagnostics_channel'
import { ClientRequest } from 'node:http'

let host: string | undefined

subscribe('http.client.request.start', (message) => {
  if (typeof message !== 'object' || message === null || !('request' in message)) return
  const { request } = message
  // To a proxy, on the way to what was called.
  if (!(request instanceof ClientRequest) || request.method === 'CONNECT') return
  const named = request.getHeader('host')
  host = typeof named === 'string' ? named : request.host
})

export function lastHost(): string | undefined {
  return host
}
