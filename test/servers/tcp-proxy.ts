/** A connection that can be cut, or go silent without being cut, as networks do. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export type TcpProxy = {
  readonly port: number
  /** Nothing passes any more, without an error. New connections are accepted, and silent too. */
  readonly freeze: () => void
  /** New connections pass data again; the old ones stay silent. */
  readonly thaw: () => void
  /** Ends every connection, and each new one at once, as a machine without the server does. */
  readonly refuse: () => void
  /** Ends every connection, and each new one with an alert of TLS, as a server does that wants another protocol or certificate. */
  readonly alert: () => void
  /** Takes new connections again after `refuse` and `alert`. */
  readonly accept: () => void
  /** Ends every connection in the middle of a transfer. */
  readonly cut: () => void
  /** How many connections were made. */
  readonly connections: () => number
  readonly stop: () => Promise<void>
}

/** @param target a port of loopback. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const passing = new Set<Socket>()
  let [frozen, refusing, alerting, count] = [false, false, false, 0]
  const server = createServer((near) => {
    count++
    if (refusing) {
      near.resetAndDestroy()
      return
    }
    if (alerting) {
      near.on('error', () => {}).once('data', () => near.end(handshakeFailure))
      return
    }
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      if (!frozen) passing.add(from)
      from.on('data', (chunk) => {
        if (passing.has(from)) to.write(chunk)
      })
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        if (passing.delete(from)) to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const destroyAll = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    freeze: () => {
      frozen = true
      passing.clear()
    },
    thaw: () => (frozen = false),
    refuse: () => {
      refusing = true
      destroyAll()
    },
    alert: () => {
      alerting = true
      destroyAll()
    },
    accept: () => {
      refusing = false
      alerting = false
    },
    cut: destroyAll,
    connections: () => count,
    stop: async () => {
      destroyAll()
      await once(server.close(), 'close')
    },
  }
}

/** Fatal, 40. https://www.rfc-editor.org/rfc/rfc5246#section-7.2 */
const handshakeFailure = Buffer.from([21, 3, 3, 0, 2, 2, 40])
