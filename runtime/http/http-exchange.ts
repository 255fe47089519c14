/**
 * One HTTP/1.1 request and its complete response, within a time limit. It uses sockets: V8 compiles what init uses of node:http at each of
 * its starts, which takes a tenth of a start (docs/adr, docs/performance.md).
 */
import type { Socket } from 'node:net'
import { bareHost } from '../../api/loopback.ts'
import { type Address, toAddress } from '../../api/parse-url.ts'
import { proxyFor } from '../../api/settings/proxy-env.ts'
import { failed, failureOf } from '../failure.ts'
import { converse } from './converse.ts'
import { dial, type Hold } from './dial.ts'
import { IdleConnections } from './idle-connections.ts'
import type { Network } from './network.ts'
import { formatHead } from './request-head.ts'
import { ResponseParser } from './response-parser.ts'
import { transportError } from './transport-error.ts'
import { openTunnel } from './tunnel.ts'

export type HttpRequest = {
  /** What failures name beside the host. */
  readonly service: string
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT'
  /** With `connection: close`, the connection is not used again. */
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** Never through a proxy: for credentials, and for the machine's metadata. */
  readonly isDirect?: boolean
  /** From the DNS lookup to the last byte, in milliseconds. */
  readonly timeout: number
  /** Called with the status, before the body has arrived. */
  readonly onStatus?: (status: number) => void
}

export type HttpResponse = {
  readonly status: number
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export type Exchange = (request: HttpRequest) => Promise<HttpResponse>

/** Twice the size of ten parameters of 8 KB with every character escaped. */
const maxAnswerBytes = 1_000_000

/** Keeps connections open between requests. Rejects with transport errors, or with BAD_ANSWER for a response that is too long. */
export function openHttp(network: Network = {}): Exchange {
  const idle = new IdleConnections()
  return async (request) => {
    const url = toAddress(request.url)
    let socket: Socket | undefined
    let late: Error | undefined
    const hold: Hold = (opened) => {
      socket = opened
      if (late) opened.destroy(late)
    }
    let timer: NodeJS.Timeout | undefined
    // Promise.withResolvers is not in Node 20, on which kees runs too.
    const timeIsUp = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        late = timedOut()
        reject(late)
        socket?.destroy(late)
      }, request.timeout)
    })
    try {
      return await Promise.race([send(request, url, network, idle, hold), timeIsUp])
    } catch (error) {
      socket?.destroy()
      throw failureOf(error) === undefined ? transportError(error, url.host) : error
    } finally {
      clearTimeout(timer)
    }
  }
}

async function send(
  request: HttpRequest,
  url: Address,
  network: Network,
  idle: IdleConnections,
  hold: Hold,
): Promise<HttpResponse> {
  const { service, isDirect = false, onStatus } = request
  const parts: Buffer[] = []
  let bytes = 0
  const parser = new ResponseParser((part) => {
    bytes += part.length
    if (bytes > maxAnswerBytes)
      throw failed({ code: 'BAD_ANSWER', message: 'the response is too long', service, host: url.host })
    parts.push(part)
  })
  const message = formatRequest(request, url)
  const key = `${isDirect} ${url.origin}`
  const socket = idle.take(key) ?? (await connect(url, isDirect ? {} : network.env, network, hold))
  hold(socket)
  await converse(socket, message, parser, () => {
    if (parser.head !== undefined) onStatus?.(parser.head.status)
    return parser.isComplete
  })
  const { status, headers } = parser.head ?? { status: 0, headers: {} }
  if (!parser.isPersistent || request.headers['connection'] === 'close' || socket.writableLength > 0)
    socket.destroy()
  else idle.keep(key, socket, limitOf(headers['keep-alive']))
  return { status, headers, body: Buffer.concat(parts).toString() }
}

/** @param env whose proxy is used, if any. */
async function connect(url: Address, env: Network['env'], { ca }: Network, hold: Hold): Promise<Socket> {
  const isSecure = url.protocol === 'https:'
  const to = { host: bareHost(url.hostname), port: Number(url.port || (isSecure ? 443 : 80)), isSecure }
  const trust = ca === undefined ? {} : { ca: [...ca()] }
  const proxy = env && proxyFor(url.protocol, to.host, to.port, env)
  if (proxy === undefined) return await dial(to, trust, hold)
  return await dial(to, trust, hold, await openTunnel(proxy, to, trust, hold))
}

function formatRequest({ method, headers, body = '' }: HttpRequest, url: Address): Buffer {
  const content = Buffer.from(body)
  const length = method === 'GET' ? {} : { 'content-length': String(content.length) }
  const all = { host: url.host, connection: 'keep-alive', ...headers, ...length }
  return Buffer.concat([
    Buffer.from(formatHead(method, `${url.pathname}${url.search}`, all), 'latin1'),
    content,
  ])
}

/** In seconds: how long the server keeps the connection. */
function limitOf(keepAlive = ''): number | undefined {
  const [, seconds] = /(?:^|[\s,])timeout=(\d+)/.exec(keepAlive.toLowerCase()) ?? []
  return seconds === undefined ? undefined : Number(seconds)
}

/** As that of AbortSignal.timeout. */
function timedOut(): Error {
  return Object.assign(new Error('The operation was aborted due to timeout'), { name: 'TimeoutError' })
}
