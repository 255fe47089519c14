/** One HTTP request and its complete response, within a time limit. It uses node:http: fetch takes as long to load as Node takes to start. */
import * as http from 'node:http'
import { failed, failureOf, type Peer } from '../failure.ts'
import { type Network, openAgent } from './network.ts'
import { transportError } from './transport-error.ts'

export type HttpRequest = {
  /** What failures name beside the host. */
  readonly service: string
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Never through a proxy: for credentials, and for the machine's metadata. */
  readonly isDirect?: boolean
  /** From the DNS lookup to the last byte, in milliseconds. */
  readonly timeout: number
}

export type HttpResponse = {
  readonly status: number
  readonly headers: http.IncomingMessage['headers']
  readonly body: string
}

export type Exchange = (request: HttpRequest) => Promise<HttpResponse>

/** Twice the size of ten parameters of 8 KB with every character escaped. */
const maxAnswerBytes = 1_000_000

/** Keeps connections open between requests. Rejects with transport errors, or with BAD_ANSWER for a response that is too long. */
export function openHttp(network: Network = {}): Exchange {
  const agents = new Map<string, Promise<http.Agent>>()
  return async ({ service, url, method, headers, body = '', timeout, isDirect = false }) => {
    const { protocol, host } = new URL(url)
    // Loading a module counts against the timeout.
    const signal = AbortSignal.timeout(timeout)
    const key = `${protocol} ${isDirect}`
    const opening = agents.get(key) ?? openAgent(protocol, isDirect ? { ...network, env: {} } : network)
    agents.set(key, opening)
    const agent = await opening
    // TLS is loaded only where it is used.
    const { request } = protocol === 'https:' ? await import('node:https') : http
    const sent = Buffer.from(body)
    const own = method === 'GET' ? {} : { 'content-length': String(sent.length) }
    return await new Promise<HttpResponse>((resolve, reject) => {
      const fail = (error: unknown) => {
        const cause = signal.aborted ? signal.reason : error
        reject(failureOf(cause) === undefined ? transportError(cause, host) : cause)
      }
      try {
        const options = { method, headers: { ...headers, ...own }, agent, signal }
        const outgoing = request(
          url,
          options,
          (incoming) => void read(incoming, { service, host }).then(resolve, fail),
        )
        outgoing.on('error', fail).end(sent)
      } catch (error) {
        // A header that cannot be sent is thrown right here.
        fail(error)
      }
    })
  }
}

function read(incoming: http.IncomingMessage, peer: Peer): Promise<HttpResponse> {
  const { statusCode: status = 0, headers } = incoming
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve, reject) => {
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > maxAnswerBytes) {
        incoming.destroy(failed({ code: 'BAD_ANSWER', message: 'the response is too long', ...peer }))
      }
    })
    // Also emitted for a truncated response.
    incoming.on('error', reject)
    incoming.on('end', () => resolve({ status, headers, body: Buffer.concat(chunks).toString() }))
  })
}
