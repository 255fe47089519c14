/**
 * A worker that reads responses as Node's own client does: undefined for what that takes for no response. A worker, because after such responses
 * other servers and clients of the same thread may not end.
 */
import { request } from 'node:http'
import { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { setImmediate as turn } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'

parentPort?.on('message', (bytes: Uint8Array) => {
  void readByNode(bytes).then((read) => parentPort?.postMessage(read, []))
})

async function readByNode(bytes: Uint8Array) {
  const stream = new Duplex({ read: () => {}, write: (_bytes, _encoding, done) => done() })
  const read: { readonly status: number; readonly body: string }[] = []
  const options = { method: 'POST', createConnection: () => stream, headers: { 'content-length': 0 } }
  const sent = request('http://a/', options, (response) => {
    const status = response.statusCode ?? 0
    text(response.setEncoding('latin1')).then(
      (body) => read.push({ status, body }),
      () => undefined,
    )
  })
  sent.on('error', () => undefined).end()
  await turn()
  stream.push(bytes)
  stream.push(null)
  // Nothing leaves the process, so it takes a few turns of the event loop.
  for (let turns = 0; turns < 20 && read.length === 0; turns++) await turn()
  sent.destroy()
  return read[0]
}
