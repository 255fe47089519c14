/** The agents against a proxy of this test; test/init/proxy.test.ts has the programs, and TLS inside of the tunnel. */
import { once } from 'node:events'
import { createServer, get, type Agent, type IncomingMessage } from 'node:http'
import { connect, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { HttpProxyAgent } from './proxy-agent.ts'

async function listen(t: Test, server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

type Tunnel = (request: IncomingMessage, socket: Duplex) => void

/** @param tunnel what the proxy does with a CONNECT request. */
async function startProxy(t: Test, tunnel: Tunnel) {
  const asked: IncomingMessage[] = []
  const proxy = createServer((_, response) => response.writeHead(405).end())
  proxy.on('connect', (request, socket) => {
    socket.on('error', () => undefined)
    t.teardown(() => socket.destroy())
    asked.push(request)
    tunnel(request, socket)
  })
  return { asked, host: `127.0.0.1:${await listen(t, proxy)}` }
}

/** Leads every tunnel to a server of this test, which answers with the Host header that it got. */
async function startTunnels(t: Test) {
  const server = createServer((request, response) => response.end(request.headers.host))
  t.teardown(() => server.closeAllConnections())
  const port = await listen(t, server)
  return startProxy(t, (_, socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const inner = connect(port, '127.0.0.1')
    socket.pipe(inner).on('error', () => socket.destroy())
    inner.pipe(socket)
  })
}

const store = 'http://ssm.example.test:8080/'

function fetchBy(agent: Agent, url = store): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => resolve(text(response))).on('error', reject)
  })
}

const open = (t: Test, env: Readonly<Record<string, string>>) => {
  const agent = new HttpProxyAgent({ env }, { keepAlive: true })
  t.teardown(() => agent.destroy())
  return agent
}

t.test('a tunnel is opened once for all requests to a host', async (t) => {
  const { asked, host } = await startTunnels(t)
  const agent = open(t, { HTTP_PROXY: `http://${host}` })
  for (let round = 0; round < 3; round++) t.equal(await fetchBy(agent), 'ssm.example.test:8080')
  t.equal(await fetchBy(agent, 'http://[2001:db8::1]/'), '[2001:db8::1]')
  t.strictSame(
    asked.map(({ url, headers }) => [url, headers.host, headers['proxy-authorization']]),
    [
      ['ssm.example.test:8080', 'ssm.example.test:8080', undefined],
      ['[2001:db8::1]:80', '[2001:db8::1]:80', undefined],
    ],
  )
})

t.test('the user and the password are sent as they are meant', async (t) => {
  const { asked, host } = await startTunnels(t)
  for (const [userinfo, meant] of [
    ['user:fake%2Fpassword', 'user:fake/password'],
    ['user', 'user:'],
    ['100%:fakesecret', '100%:fakesecret'],
  ] as const) {
    await fetchBy(open(t, { HTTP_PROXY: `http://${userinfo}@${host}` }))
    const sent = asked.at(-1)?.headers['proxy-authorization']
    t.equal(sent, `Basic ${Buffer.from(meant).toString('base64')}`, userinfo)
  }
})

t.test('without a proxy for it, a host is called directly', async (t) => {
  const { asked, host } = await startTunnels(t)
  const server = createServer((_, response) => response.end('direct'))
  t.teardown(() => server.closeAllConnections())
  const url = `http://127.0.0.1:${await listen(t, server)}/`
  t.equal(await fetchBy(open(t, { HTTP_PROXY: `http://${host}` }), url), 'direct', 'loopback')
  const env = { HTTP_PROXY: `http://${host}`, NO_PROXY: '.invalid' }
  await t.rejects(fetchBy(open(t, env), 'http://ssm.invalid/'), { message: /getaddrinfo/ })
  t.strictSame(asked, [])
})

const answers: readonly (readonly [title: string, tunnel: Tunnel, message: RegExp, code: string])[] = [
  [
    'refuses the tunnel',
    (_, socket) => void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    /: status 407 for ssm\.example\.test:8080$/,
    'ERR_PROXY_TUNNEL',
  ],
  ['closes the connection', (_, socket) => void socket.destroy(), /: socket hang up$/, 'ECONNRESET'],
  [
    'does not speak HTTP',
    (_, socket) => void socket.end('SSH-2.0-x\r\n\r\n'),
    /: Parse Error/,
    'HPE_INVALID_CONSTANT',
  ],
]
for (const [title, tunnel, message, code] of answers) {
  t.test(`a proxy that ${title} is named without its password`, async (t) => {
    const { host } = await startProxy(t, tunnel)
    const agent = open(t, { HTTP_PROXY: `http://user:fakesecret@${host}` })
    const error: unknown = await fetchBy(agent).catch((reason: unknown) => reason)
    t.match(error, { message, code })
    t.match(String(error), `the proxy ${host}: `)
    t.notMatch(String(error), 'fakesecret')
  })
}

t.test('a proxy that answers CONNECT as if it were GET, or does not listen, is an error', async (t) => {
  const plain = createServer()
  plain.on('connect', (_, socket) =>
    socket.end('HTTP/1.1 405 Method Not Allowed\r\ncontent-length: 0\r\n\r\n'),
  )
  const port = await listen(t, plain)
  await t.rejects(fetchBy(open(t, { HTTP_PROXY: `http://127.0.0.1:${port}` })), { code: 'ERR_PROXY_TUNNEL' })
  const agent = open(t, { HTTP_PROXY: 'http://user:fakesecret@127.0.0.1:1' })
  await t.rejects(fetchBy(agent), { code: 'ECONNREFUSED', message: /^the proxy 127\.0\.0\.1:1: / })
})
