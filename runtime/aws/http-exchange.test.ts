import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import t, { type Test } from 'tap'
import { openHttp } from './http-exchange.ts'

async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
}

const get = { service: 'SSM', method: 'GET', headers: {}, timeout: 2000 } as const

t.test('complete responses over one connection', async (t) => {
  const ports = new Set<number | undefined>()
  const url = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort)
    response.writeHead(201, { 'x-a': 'b' }).end('h\u00e9')
  })
  const exchange = openHttp()
  for (let round = 0; round < 3; round++) {
    t.match(await exchange({ ...get, url }), { status: 201, headers: { 'x-a': 'b' }, body: 'h\u00e9' })
  }
  t.equal(ports.size, 1)
})

t.test('the timeout covers a response that arrives slowly', async (t) => {
  const url = await serve(t, (_, response) => {
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
  })
  await t.rejects(openHttp()({ ...get, url, timeout: 100 }), { name: 'TimeoutError' })
})

t.test('a response without end is aborted', async (t) => {
  const url = await serve(t, (_, response) => {
    const more = () => {
      while (response.write('.'.repeat(10_000)));
    }
    response.on('drain', more)
    more()
  })
  await t.rejects(openHttp()({ ...get, url }), {
    message: 'the response is too long',
    cause: { code: 'BAD_ANSWER', service: 'SSM', host: new URL(url).host },
  })
})

t.test('a truncated response is an error', async (t) => {
  const url = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('half', () => response.destroy())
  })
  await t.rejects(openHttp()({ ...get, url }), { code: 'ECONNRESET' })
})
