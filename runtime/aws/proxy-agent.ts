/**
 * Agents for the SDK's client, which sends through node:http. They open connections through an HTTP proxy where the environment names one,
 * and trust the certificates of AWS_CA_BUNDLE as the file is by then.
 */
import * as http from 'node:http'
import * as https from 'node:https'
import type { Socket } from 'node:net'
import { type Duplex, PassThrough } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { proxyFor } from '../../api/settings/proxy-env.ts'
import type { Trust } from '../http/dial.ts'
import type { Network } from '../http/network.ts'
import { openTunnel } from '../http/tunnel.ts'

/** Of both kinds of agents. Network devices drop idle connections silently after minutes. */
export const agentOptions = { keepAlive: true, timeout: 60_000 } as const

type Opened = (error: Error | null, stream: Duplex) => void

const trustOf = ({ ca }: Network): Trust => (ca === undefined ? {} : { ca: [...ca()] })

export class HttpProxyAgent extends http.Agent {
  readonly #network: Network

  constructor(network: Network, options: http.AgentOptions) {
    super(options)
    this.#network = network
  }

  override createConnection(options: http.ClientRequestArgs, opened?: Opened): Duplex | null | undefined {
    const to = target(options, 80)
    const proxy = proxyFor('http:', to.host, to.port, this.#network.env ?? {})
    if (proxy === undefined || opened === undefined) return super.createConnection(options, opened)
    tunnel(proxy, to, trustOf(this.#network), opened, (socket) => socket)
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
    const to = target(options, 443)
    const trust = trustOf(this.#network)
    const proxy = proxyFor('https:', to.host, to.port, this.#network.env ?? {})
    if (proxy === undefined || opened === undefined)
      return super.createConnection({ ...options, ...trust }, opened)
    const { host } = to
    tunnel(proxy, to, trust, opened, (socket) =>
      connectTls({ socket, host, servername: options.servername ?? host, ...trust }),
    )
    return undefined
  }
}

function target({ host, port }: http.ClientRequestArgs, usual: number) {
  return { host: host ?? 'localhost', port: Number(port ?? usual) }
}

function tunnel(
  proxy: URL,
  to: { readonly host: string; readonly port: number },
  trust: Trust,
  opened: Opened,
  use: (socket: Socket) => Duplex,
): void {
  openTunnel(proxy, to, trust, () => {}).then(
    (socket) => opened(null, use(socket)),
    // Whoever gets an error does not look at the stream.
    (error: Error) => opened(error, new PassThrough()),
  )
}
