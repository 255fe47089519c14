/** A connection by TCP or TLS. TLS is loaded only where it is used. */
import { connect, isIP, type Socket } from 'node:net'

export type Trust = {
  /** The certificates that are trusted, in place of the default ones. */
  readonly ca?: string[]
}

type Address = { readonly host: string; readonly port: number; readonly isSecure: boolean }

/** Gets each socket at once, before it is connected: whatever ends the request destroys it. */
export type Hold = (socket: Socket) => void

/** @param address its host without brackets. @param inside the tunnel through which TLS is spoken. */
export async function dial(
  { host, port, isSecure }: Address,
  trust: Trust,
  hold: Hold,
  inside?: Socket,
): Promise<Socket> {
  if (!isSecure) return inside ?? (await opened(connect({ host, port, ...options }), 'connect', hold))
  const tls = await import('node:tls')
  const to = inside ? { socket: inside, host } : { host, port, ...options }
  const servername = isIP(host) === 0 ? host : ''
  const socket = tls.connect({ ...to, servername, ALPNProtocols: ['http/1.1'], ...trust })
  return await opened(socket, 'secureConnect', hold)
}

/** As node:http has them. The kernel notices a peer that is gone. */
const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 1000 }

function opened(socket: Socket, event: string, hold: Hold): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // Stays: without any listener, an error would end the process.
    socket.on('error', reject)
    socket.once(event, () => resolve(socket))
    hold(socket)
  })
}
