/** Ports across the border of a network namespace: forward.ts has the other end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { join as joinPath } from 'node:path'
import { untapped } from '../programs/untapped.ts'
import { joinSockets } from './join-sockets.ts'

type Forwarding = { readonly port: number; readonly close: () => Promise<void> }

/**
 * A port on loopback that leads to an address beyond. It is open as long as this process runs.
 * @param enter the command that runs another in the namespace.
 */
export async function forwardTo(enter: readonly string[], host: string, port: number): Promise<Forwarding> {
  const beyond = await startBeyond(enter, ['connect', host, String(port)])
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    beyond.send('connection', socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    server.close()
    await end(beyond)
  }
  return { port: portOf(server.address()), close }
}

/** A port at an address beyond that leads to one on loopback. */
export async function forwardFrom(enter: readonly string[], host: string, port: number): Promise<Forwarding> {
  const beyond = await startBeyond(enter, ['listen', host])
  const [address]: unknown[] = await once(beyond, 'message')
  beyond.on('message', (_, socket) => {
    if (socket instanceof Socket)
      joinSockets(socket, connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
  })
  return { port: Number(address), close: () => end(beyond) }
}

async function startBeyond(enter: readonly string[], args: readonly string[]): Promise<ChildProcess> {
  const own = [process.execPath, joinPath(import.meta.dirname, 'forward.ts'), ...args]
  const [command = '', ...rest] = [...enter, ...own]
  const child = spawn(...untapped(command, rest), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const failed = once(child, 'close').then(() => Promise.reject(new Error(`"${command}" ended`)))
  await Promise.race([once(child, 'message'), failed])
  failed.catch(() => undefined)
  return child
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'close')
  child.kill('SIGKILL')
  await ended
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}
