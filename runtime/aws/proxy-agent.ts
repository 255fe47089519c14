/**
 * Agents that open connections through an HTTP proxy where the environment names one, with a CONNECT request, and that
 * trust the certificates of AWS_CA_BUNDLE as the file is by then.
 */
import * as http from 'node:http'
import * as https from 'node:https'
import { type Duplex, PassThrough } from 'node:stream'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { proxyFor } from '../../api/settings/proxy-env.ts'
import type { Network } from './network.ts'

/** For the proxy to answer, in milliseconds; the time limit of the request itself may be shorter. */
const connectTimeout = 30_000

type Opened = (error: Error | null, stream: Duplex) => void

/** Of the proxy, if its address begins with https://, and of the host behind it. */
type Trust = Pick<ConnectionOptions, 'ca'>

const trustOf = ({ ca }: Network): Trust => (ca === undefined ? {} : { ca: [...ca()] })

export class HttpProxyAgent extends http.Agent {
  readonly #network: Network

  constructor(network: Network, options: http.AgentOptions) {
    super(options)
    this.#network = network
  }

  override createConnection(options: http.ClientRequestArgs, opened?: Opened): Duplex | null | undefined {
    const { host, port } = target(options, 80)
    const proxy = proxyFor('http:', host, port, this.#network.env ?? {})
    if (proxy === undefined || opened === undefined) return super.createConnection(options, opened)
    openTunnel(proxy, host, port, trustOf(this.#network), opened)
    return undefined
  }
}

export class HttpsProxyAgent extends https.Agent {
  readonly #network: Network

  constructor(network: Network, options: http.AgentOptions) {
    super(options)
    this.#network = network
  }

  override createConnection(options: https.RequestOptions, opened?: Opened): Duplex | null | undefined {
    const { host, port } = target(options, 443)
    const trust = trustOf(this.#network)
    const proxy = proxyFor('https:', host, port, this.#network.env ?? {})
    if (proxy === undefined || opened === undefined)
      return super.createConnection({ ...options, ...trust }, opened)
    openTunnel(proxy, host, port, trust, (error, socket) => {
      if (error) opened(error, socket)
      else opened(null, connectTls({ socket, host, servername: options.servername ?? host, ...trust }))
    })
    return undefined
  }
}

function target({ host, port }: http.ClientRequestArgs, usual: number) {
  return { host: host ?? 'localhost', port: Number(port ?? usual) }
}

/** Errors name the proxy without its password. */
function openTunnel(proxy: URL, host: string, port: number, trust: Trust, opened: Opened): void {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const { request } = proxy.protocol === 'https:' ? https : http
  const asked = request({
    host: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    method: 'CONNECT',
    path: authority,
    headers: { host: authority, ...authorization(proxy) },
    agent: false,
    timeout: connectTimeout,
    ...trust,
  })
  const fail = (why: string, code: string) => {
    const error = Object.assign(new Error(`the proxy ${proxy.host}: ${why}`), { code })
    // Whoever gets an error does not look at the stream.
    opened(error, new PassThrough())
  }
  asked.on('connect', ({ statusCode = 0 }, socket: Duplex) => {
    asked.setTimeout(0)
    if (statusCode >= 200 && statusCode < 300) return opened(null, socket)
    socket.destroy()
    fail(`status ${statusCode} for ${authority}`, 'ERR_PROXY_TUNNEL')
  })
  asked.on('timeout', () =>
    asked.destroy(Object.assign(new Error('it does not answer'), { code: 'ETIMEDOUT' })),
  )
  asked.on('error', (error: NodeJS.ErrnoException) => fail(error.message, error.code ?? 'ERR_PROXY_TUNNEL'))
  // It answers CONNECT as if it were GET.
  asked.on('response', (response) => {
    response.destroy()
    fail(`status ${response.statusCode ?? 0} for ${authority}`, 'ERR_PROXY_TUNNEL')
  })
  asked.end()
}

function authorization({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {}
  const pair = `${decoded(username)}:${decoded(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` }
}

/** A % that begins no escape is kept as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
