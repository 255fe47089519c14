/** One HTTP request and its whole answer, within a time. By Node's own client: its fetch takes as long to load as Node to start. */
import * as http from 'node:http'
import { failed } from '../failure.ts'

export type HttpRequest = {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** For all of it, from the look-up of the name to the last byte, in milliseconds. */
  readonly timeout: number
}

export type HttpAnswer = {
  readonly status: number
  readonly headers: http.IncomingMessage['headers']
  readonly body: string
}

export type Exchange = (request: HttpRequest) => Promise<HttpAnswer>

/** Ten parameters of 8 KB, each character escaped, are half of it. */
const maxAnswerBytes = 1_000_000

/** Keeps connections open between the requests. Rejects with Node's own errors, or with a TimeoutError. */
export function openHttp(): Exchange {
  const agents = new Map<string, http.RequestOptions['agent']>()
  return async ({ url, method, headers, body = '', timeout }) => {
    const { protocol } = new URL(url)
    // The time runs while a module is loaded too.
    const signal = AbortSignal.timeout(timeout)
    // TLS is loaded only where it is spoken.
    const { Agent, request } = protocol === 'https:' ? await import('node:https') : http
    const agent = agents.get(protocol) ?? new Agent({ keepAlive: true })
    agents.set(protocol, agent)
    const sent = Buffer.from(body)
    const own = method === 'GET' ? {} : { 'content-length': String(sent.length) }
    return await new Promise<HttpAnswer>((resolve, reject) => {
      const fail = (error: Error) => reject(signal.aborted ? signal.reason : error)
      const outgoing = request(
        url,
        { method, headers: { ...headers, ...own }, agent, signal },
        (incoming) => {
          read(incoming).then(resolve, fail)
        },
      )
      outgoing.on('error', fail).end(sent)
    })
  }
}

function read(incoming: http.IncomingMessage): Promise<HttpAnswer> {
  const { statusCode: status = 0, headers } = incoming
  const chunks: Buffer[] = []
  let bytes = 0
  return new Promise((resolve, reject) => {
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > maxAnswerBytes) {
        incoming.destroy(failed({ code: 'BAD_ANSWER', message: 'the answer is too long' }))
      }
    })
    // Also where it is cut off.
    incoming.on('error', reject)
    incoming.on('end', () => resolve({ status, headers, body: Buffer.concat(chunks).toString() }))
  })
}
