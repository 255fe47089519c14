import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createPlain, type Server, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { openHttp } from './http-exchange.ts'

async function listen(t: Test, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
}

const serve = (t: Test, listener: RequestListener) => listen(t, createServer(listener))

/** A server that sends what it is told once a request has arrived. */
const answering = (t: Test, answer: (socket: Socket) => void) =>
  listen(
    t,
    createPlain((socket) => socket.on('error', () => undefined).on('data', () => answer(socket))),
  )

const get = { service: 'SSM', method: 'GET', headers: {}, timeout: 60_000 } as const
const ok = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'

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

t.test('the request is what node:http would send', async (t) => {
  const seen: unknown[] = []
  const url = await serve(t, (request, response) => {
    const { method, url: path, headers } = request
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      seen.push({ method, path, headers, body })
      response.end()
    })
  })
  const { host } = new URL(url)
  const exchange = openHttp()
  await exchange({ ...get, url: `${url}a%20b?c=d` })
  await exchange({ ...get, url, method: 'PUT', headers: { 'x-a': 'b' } })
  await exchange({ ...get, url, method: 'POST', headers: { host: 'signed' }, body: '{"h\u00e9":1}' })
  const connection = 'keep-alive'
  t.strictSame(seen, [
    { method: 'GET', path: '/a%20b?c=d', headers: { host, connection }, body: '' },
    { method: 'PUT', path: '/', headers: { host, connection, 'x-a': 'b', 'content-length': '0' }, body: '' },
    {
      method: 'POST',
      path: '/',
      headers: { host: 'signed', connection, 'content-length': '9' },
      body: '{"h\u00e9":1}',
    },
  ])
})

t.test('a header that cannot be sent is an error of the connection', async (t) => {
  const url = await serve(t, (_, response) => response.end())
  const headers = { authorization: 'fakesecret\r\nx: y' }
  await t.rejects(openHttp()({ ...get, url, headers }), {
    code: 'ERR_INVALID_CHAR',
    message: 'Invalid character in header content ["authorization"]',
    $transport: new URL(url).host,
  })
})

t.test(
  'the time limit is one for all: for an answer that never comes, that trickles, that does not end',
  async (t) => {
    const answers: readonly ((socket: Socket) => void)[] = [
      () => undefined,
      (socket) => {
        let at = 0
        const timer = setInterval(() => socket.write(ok[at++] ?? ''), 10)
        socket.on('close', () => clearInterval(timer))
      },
      (socket) => socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n'),
    ]
    for (const answer of answers) {
      const closed = Promise.withResolvers<void>()
      const url = await answering(t, (socket) => {
        socket.on('close', () => closed.resolve())
        answer(socket)
      })
      await t.rejects(openHttp()({ ...get, url, timeout: 60 }), { name: 'TimeoutError', $transport: /127/ })
      await closed.promise
    }
  },
)

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

const cut: readonly (readonly [title: string, answer: (socket: Socket) => void, message: RegExp])[] = [
  ['nothing', (socket) => void socket.end(), /^socket hang up$/],
  ['half a head', (socket) => void socket.end('HTTP/1.1 200'), /^socket hang up$/],
  [
    'half a body',
    (socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'),
    /^aborted$/,
  ],
  [
    'half a body in chunks',
    (socket) => void socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n9\r\na'),
    /^aborted$/,
  ],
  ['a reset', (socket) => socket.resetAndDestroy(), /ECONNRESET/],
]
for (const [title, answer, message] of cut) {
  t.test(`a response of which there is ${title} is an error`, async (t) => {
    const url = await answering(t, answer)
    await t.rejects(openHttp()({ ...get, url }), { code: 'ECONNRESET', message })
  })
}

const closing: readonly (readonly [title: string, text: string])[] = [
  ['says so', 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok'],
  ['keeps it for a second', 'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1, max=9\r\ncontent-length: 2\r\n\r\nok'],
  ['speaks HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok'],
]
for (const [title, text] of closing) {
  t.test(`a connection is closed where the server ${title}`, async (t) => {
    let ended = Promise.withResolvers<void>()
    const url = await answering(t, (socket) => socket.on('close', () => ended.resolve()).write(text))
    const exchange = openHttp()
    for (let round = 0; round < 2; round++) {
      ended = Promise.withResolvers<void>()
      t.match(await exchange({ ...get, url }), { status: 200, body: 'ok' })
      await ended.promise
    }
  })
}

t.test('a connection on which something arrives between two requests is not used again', async (t) => {
  const sockets = new Set<Socket>()
  const url = await answering(t, (socket) => {
    sockets.add(socket)
    socket.write(ok)
  })
  const exchange = openHttp()
  await exchange({ ...get, url })
  const [first] = sockets
  const closed = first && once(first, 'close')
  first?.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nforged')
  await closed
  t.match(await exchange({ ...get, url }), { body: 'ok' })
  t.equal(sockets.size, 2)
})

t.test('calls at the same time have connections of their own, of which eight are kept', async (t) => {
  const waiting: (() => void)[] = []
  const ports = new Set<number | undefined>()
  const url = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort)
    waiting.push(() => response.end())
    if (waiting.length === 10) for (const answer of waiting.splice(0)) answer()
  })
  const exchange = openHttp()
  const all = () => Promise.all(Array.from({ length: 10 }, () => exchange({ ...get, url })))
  await all()
  t.equal(ports.size, 10)
  await all()
  t.equal(ports.size, 12)
})

t.test('the status is known before the body, whatever follows', async (t) => {
  const server = Promise.withResolvers<Socket>()
  const url = await answering(t, (socket) => {
    socket.write('HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n')
    server.resolve(socket)
  })
  const status = Promise.withResolvers<number>()
  const response = openHttp()({ ...get, url, onStatus: status.resolve })
  t.equal(await status.promise, 202)
  const socket = await server.promise
  socket.destroy()
  await t.rejects(response, { code: 'ECONNRESET' })
})
