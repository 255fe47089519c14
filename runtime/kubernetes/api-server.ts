/** The only client of the API server: JSON and streams, with the credentials and the TLS of a kubeconfig or a pod. */
import { readFileSync } from 'node:fs'
import * as http from 'node:http'
import * as https from 'node:https'
import { text } from 'node:stream/consumers'
import { KubeConfig } from '@kubernetes/client-node'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { isLoopback } from '../../api/loopback.ts'
import { failed, failureOf, type Peer } from '../failure.ts'
import { quotePath } from '../files/quote-path.ts'
import { systemCode, systemReason } from '../files/system-error.ts'

export type ApiAnswer = {
  readonly status: number
  /** Parsed. */
  readonly body: unknown
}

export type ApiServer = {
  /** What failures of its answers name. */
  readonly peer: Peer
  /** Every answer of the API server, 404 and 409 too, is returned; that of a proxy in its place is a failure. */
  readonly request: (method: string, path: string, options: RequestOptions) => Promise<ApiAnswer>
  /** A GET whose answer may take hours. Only the signal ends it from this side. */
  readonly stream: (path: string, accept: string, signal: AbortSignal) => Promise<ApiStream>
}

type RequestOptions = {
  readonly body?: unknown
  readonly accept?: string
  /** For the whole request, in milliseconds. */
  readonly timeout: number
}

export type ApiStream = { readonly status: number; readonly chunks: AsyncIterable<Buffer> }

type OpenedApiServer =
  | { readonly server: ApiServer; readonly diagnostic?: undefined }
  /** The message follows `KUBECONFIG`. `unreadable`: the file cannot be read; otherwise its content is invalid. */
  | { readonly server?: undefined; readonly diagnostic: Diagnostic; readonly unreadable: boolean }

const accountToken = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** @param kubeconfig the path of a file; without it, the pod's own ServiceAccount. */
export function openApiServer(kubeconfig: string | undefined): OpenedApiServer {
  const config = new KubeConfig()
  const path = kubeconfig ?? accountToken
  try {
    readFileSync(path)
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    const message =
      kubeconfig === undefined
        ? `is not set, and there is no ServiceAccount in ${accountToken}`
        : `${JSON.stringify(path)} cannot be read: ${systemReason(code)}`
    return { diagnostic: { message }, unreadable: true }
  }
  try {
    if (kubeconfig === undefined) config.loadFromCluster()
    else config.loadFromFile(kubeconfig)
  } catch {
    // The message of the parser may quote a credential.
    return { diagnostic: { message: `${JSON.stringify(path)} is not a kubeconfig` }, unreadable: false }
  }
  const cluster = config.getCurrentCluster()
  if (!cluster || !URL.canParse(cluster.server) || !config.getCurrentUser()) {
    const message = `${JSON.stringify(path)} names no current context with a cluster and a user`
    return { diagnostic: { message }, unreadable: false }
  }
  const base = new URL(cluster.server)
  const isPlain = base.protocol === 'http:' && (isLoopback(base.hostname) || cluster.skipTLSVerify)
  if (!isPlain && base.protocol !== 'https:') {
    return { diagnostic: insecure(path, base), unreadable: false }
  }
  // The library refuses http:// without it, also the address of kubectl proxy.
  if (isPlain) config.clusters = config.clusters.map((one) => ({ ...one, skipTLSVerify: true }))
  return { server: serverOf(config, base, cluster.proxyUrl !== undefined) }
}

/** The address may contain a password. */
function insecure(path: string, { protocol, host }: URL): Diagnostic {
  return {
    message: `${JSON.stringify(path)}: the server ${JSON.stringify(`${protocol}//${host}`)} of the current context does not begin with https://`,
    hint: 'use https://; http:// is for loopback addresses, such as that of kubectl proxy, and with insecure-skip-tls-verify: true',
  }
}

function serverOf(config: KubeConfig, base: URL, proxied: boolean): ApiServer {
  const { request: send, Agent } = base.protocol === 'http:' ? http : https
  // The library makes agents that open a connection for each request.
  const agent = new Agent({ keepAlive: true })
  const peer: Peer = { service, host: base.host }

  const open = async (
    method: string,
    path: string,
    accept: string,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> => {
    const headers: Record<string, string> = { accept, 'user-agent': 'kees-creator' }
    if (body !== undefined) headers['content-type'] = json
    const options: https.RequestOptions = { method, headers, signal }
    // Each time: tokens are renewed.
    try {
      await config.applyToHTTPSOptions(options)
    } catch (error) {
      throw unusable(error, config)
    }
    if (!proxied) options.agent = agent
    const prefix = base.pathname.replace(/\/$/, '')
    const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
      const outgoing = send(`${base.origin}${prefix}${path}`, options, resolve)
      outgoing.on('error', reject)
      outgoing.end(body)
    })
    const { 'content-type': type = json } = answer.headers
    if (type.startsWith(json)) return answer
    answer.destroy()
    throw notJson(answer, peer)
  }

  return {
    peer,

    async request(method, path, { body, accept = json, timeout }) {
      const signal = AbortSignal.timeout(timeout)
      try {
        const sent = body === undefined ? undefined : JSON.stringify(body)
        const answer = await open(method, path, accept, sent, signal)
        const { statusCode: status = 0 } = answer
        const parsed = parse(await text(answer))
        if (parsed === undefined) throw notJson(answer, peer)
        return { status, body: parsed }
      } catch (error) {
        // Node's own error says only that the request was aborted.
        throw unreachable(signal.aborted ? signal.reason : error, peer)
      }
    },

    async stream(path, accept, signal) {
      try {
        const answer = await open('GET', path, accept, undefined, signal)
        return { status: answer.statusCode ?? 0, chunks: chunksOf(answer, peer) }
      } catch (error) {
        throw unreachable(error, peer)
      }
    },
  }
}

async function* chunksOf(answer: http.IncomingMessage, peer: Peer): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer) if (Buffer.isBuffer(chunk)) yield chunk
  } catch (error) {
    throw unreachable(error, peer)
  } finally {
    answer.destroy()
  }
}

function parse(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch {
    return undefined
  }
}

/** What the kubeconfig or the ServiceAccount names for signing in. Nothing that a plugin printed is shown. */
function unusable(error: unknown, config: KubeConfig): Error {
  const user = config.getCurrentUser()
  const cluster = config.getCurrentCluster()
  const code = systemCode(error)
  const path = error instanceof Error && 'path' in error ? String(error.path) : undefined
  const reason = code === undefined ? 'it failed' : systemReason(code)
  const plugin: unknown = user?.exec?.command
  const part =
    path !== undefined && path === cluster?.caFile
      ? `the CA file ${quotePath(path)}`
      : typeof plugin === 'string'
        ? `the credential plugin ${JSON.stringify(plugin)}`
        : path === undefined
          ? 'the credentials'
          : `the file ${quotePath(path)}`
  const message = `the kubeconfig cannot be used: ${part}: ${reason}`
  return failed({ code: 'CREDENTIALS_MISSING', message, service })
}

const service = 'Kubernetes API'
const json = 'application/json'

/** A page of a proxy or of a load balancer. The API server itself answers in plain text while it is overloaded. */
function notJson({ statusCode: status = 0 }: http.IncomingMessage, peer: Peer): Error {
  const fails = status >= 500 || status === 429
  const what = fails ? 'the API server failed' : 'the response is not one of the API server'
  const message = `${what} (HTTP ${status})`
  return failed({ code: fails ? 'UNREACHABLE' : 'BAD_ANSWER', message, ...peer })
}

function unreachable(error: unknown, peer: Peer): Error {
  if (failureOf(error) !== undefined && error instanceof Error) return error
  const facts = error instanceof Error ? error : undefined
  const code = facts && 'code' in facts && typeof facts.code === 'string' ? facts.code : facts?.name
  const message = `the API server was not reached (${code ?? 'unknown'})`
  return failed({ code: 'UNREACHABLE', message, ...peer })
}
