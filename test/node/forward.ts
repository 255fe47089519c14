/**
 * Runs in the network namespace of a node, and takes over connections from the process that started it, or gives them to
 * it: a socket belongs to the network in which it was made, also in another process.
 *
 *     forward.ts connect ADDRESS PORT     where each connection that it gets goes
 *     forward.ts listen ADDRESS           on a port that it sends; each connection is given away
 */
import { connect, createServer, Socket } from 'node:net'
import { joinSockets } from './join-sockets.ts'

const [direction, host = '', port = ''] = process.argv.slice(2)
const send = (message: string | number, socket?: Socket) => process.send?.(message, socket)

process.on('disconnect', () => process.exit(0))
if (direction === 'connect') {
  process.on('message', (_, socket) => {
    if (socket instanceof Socket)
      joinSockets(socket, connect({ port: Number(port), host, allowHalfOpen: true }))
  })
  send('started')
} else {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    send('connection', socket)
  })
  server.listen(0, host, () => {
    const address = server.address()
    send('started')
    send(typeof address === 'object' ? (address?.port ?? 0) : 0)
  })
}
