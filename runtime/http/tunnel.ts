/** A tunnel through an HTTP proxy, by a CONNECT request: https://www.rfc-editor.org/rfc/rfc9110#name-connect. */
import type { Socket } from 'node:net'
import { bareHost } from '../../api/loopback.ts'
import { coded } from './coded.ts'
import { converse } from './converse.ts'
import { dial, type Hold, type Trust } from './dial.ts'
import { formatHead } from './request-head.ts'
import { ResponseParser } from './response-parser.ts'

/** For the proxy to answer, in milliseconds; the time limit of the request itself may be shorter. */
const connectTimeout = 30_000

/**
 * @param host without brackets. @param trust of the proxy, if its address begins with https://. Rejects with errors that name the proxy
 * without its password.
 */
export async function openTunnel(
  proxy: URL,
  { host, port }: { readonly host: string; readonly port: number },
  trust: Trust,
  hold: Hold,
): Promise<Socket> {
  const isSecure = proxy.protocol === 'https:'
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  let hop: Socket | undefined
  const timer = setTimeout(() => hop?.destroy(coded('it does not answer', 'ETIMEDOUT')), connectTimeout)
  try {
    const head = formatHead('CONNECT', authority, { host: authority, ...authorization(proxy) })
    const to = { host: bareHost(proxy.hostname), port: Number(proxy.port || (isSecure ? 443 : 80)), isSecure }
    const socket = await dial(to, trust, (opened) => {
      hop = opened
      hold(opened)
    })
    const parser = new ResponseParser(() => {})
    await converse(socket, head, parser, () => parser.head !== undefined)
    const status = parser.head?.status ?? 0
    if (status >= 200 && status < 300) return socket
    socket.destroy()
    throw coded(`status ${status} for ${authority}`, 'ERR_PROXY_TUNNEL')
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const code = 'code' in error && typeof error.code === 'string' ? error.code : 'ERR_PROXY_TUNNEL'
    throw coded(`the proxy ${proxy.host}: ${error.message}`, code)
  } finally {
    clearTimeout(timer)
  }
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
