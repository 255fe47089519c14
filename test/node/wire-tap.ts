/** A proxy in front of a Parameter Store that passes everything on as it is, and keeps what was asked. */
import { createServer, request } from 'node:http'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'

type Asked = { readonly action: string; readonly names: readonly string[] }

type WireTap = {
  readonly endpoint: string
  /** Empty it to begin anew. */
  readonly asked: Asked[]
  readonly stop: () => Promise<void>
}

/** @param target such as `http://127.0.0.1:40925`. */
export async function tapWire(target: string): Promise<WireTap> {
  const asked: Asked[] = []
  const server = createServer((incoming, outgoing) => {
    void buffer(incoming).then((body) => {
      asked.push(askedBy(String(incoming.headers['x-amz-target']), body.toString()))
      const { method = 'POST', url = '/', headers } = incoming
      const passed = request(new URL(url, target), { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      passed.on('error', (error) => outgoing.destroy(error))
      passed.end(body)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const stop = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { endpoint: `http://127.0.0.1:${port}`, asked, stop }
}

function askedBy(target: string, body: string): Asked {
  const { Names: names = [] }: { Names?: string[] } = JSON.parse(body)
  return { action: target.replace('AmazonSSM.', 'ssm:'), names }
}
