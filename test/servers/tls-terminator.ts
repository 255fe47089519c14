/** TLS in front of a server that has none, as AWS has it in front of its services. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import type { Certificate } from './loopback-certificate.ts'

type TlsTerminator = { readonly port: number; readonly stop: () => void }

/** @param target a port of loopback. */
export async function startTlsTerminator({ file, key }: Certificate, target: number): Promise<TlsTerminator> {
  const server = createServer({ cert: readFileSync(file), key: readFileSync(key) }, (socket) => {
    const inner = connect(target, '127.0.0.1')
    socket.on('error', () => inner.destroy()).on('close', () => inner.destroy())
    inner.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.pipe(inner).pipe(socket)
  })
  server.on('tlsClientError', () => undefined)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    stop: () => void server.close(),
  }
}
