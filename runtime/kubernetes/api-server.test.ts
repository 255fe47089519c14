import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { writeFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { failureOf } from '../failure.ts'
import { openApiServer } from './api-server.ts'

/** A kubeconfig for a plain server of this test. */
function kubeconfig(t: Test, server: string, more: object = {}): string {
  const path = join(t.testdir(), 'kubeconfig')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token: 'secret-token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
    ...more,
  }
  writeFileSync(path, JSON.stringify(config))
  return path
}

async function serve(t: Test, listener: RequestListener, path = '') {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const opened = openApiServer(kubeconfig(t, `http://127.0.0.1:${port}${path}`))
  if (opened.server === undefined) throw new Error(opened.diagnostic.message)
  return { api: opened.server, port }
}

const failureIn = async (work: Promise<unknown>) =>
  failureOf(await work.then(String, (error: unknown) => error))

t.test(
  'a request has the credentials, its Accept header and its body; every answer is returned',
  async (t) => {
    const seen: unknown[] = []
    const listener: RequestListener = (request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        const { authorization, accept } = request.headers
        seen.push([request.method, request.url, authorization, accept, body])
        response.writeHead(409, { 'content-type': 'application/json; charset=utf-8' }).end('{"code":409}')
      })
    }
    const { api } = await serve(t, listener, '/prefix/')
    t.strictSame(await api.request('POST', '/a?b=c', { body: { x: 1 }, timeout: 60_000 }), {
      status: 409,
      body: { code: 409 },
    })
    t.match(await api.request('GET', '/c', { accept: 'application/json;as=x', timeout: 60_000 }), {
      status: 409,
    })
    t.strictSame(seen, [
      ['POST', '/prefix/a?b=c', 'Bearer secret-token', 'application/json', '{"x":1}'],
      ['GET', '/prefix/c', 'Bearer secret-token', 'application/json;as=x', ''],
    ])
  },
)

t.test(
  'a server that does not answer, closes the connection or does not listen is unreachable',
  async (t) => {
    const hangs = await serve(t, () => {})
    t.strictSame(await failureIn(hangs.api.request('GET', '/', { timeout: 50 })), {
      code: 'UNREACHABLE',
      message: 'the API server was not reached (TimeoutError)',
      service: 'Kubernetes API',
      host: `127.0.0.1:${hangs.port}`,
    })
    const cuts = await serve(t, (request) => request.socket.destroy())
    t.match(await failureIn(cuts.api.request('GET', '/', { timeout: 60_000 })), { code: 'UNREACHABLE' })
    const nobody = openApiServer(kubeconfig(t, 'http://127.0.0.1:1')).server
    t.match(nobody && (await failureIn(nobody.request('GET', '/', { timeout: 60_000 }))), {
      code: 'UNREACHABLE',
      message: 'the API server was not reached (ECONNREFUSED)',
    })
  },
)

t.test('a stream arrives as it is sent, and ends with the signal', async (t) => {
  const { api } = await serve(t, (_, response) => void response.write('one'))
  const stop = new AbortController()
  const { status, chunks } = await api.stream('/watch', 'application/json', stop.signal)
  t.equal(status, 200)
  const read = async () => {
    for await (const chunk of chunks) {
      t.equal(chunk.toString(), 'one')
      stop.abort()
    }
  }
  t.match(await failureIn(read()), { code: 'UNREACHABLE' })
})

const strange = 'the response is not one of the API server'
const pages: readonly (readonly [status: number, type: string, code: string, message: string])[] = [
  [200, 'text/html', 'BAD_ANSWER', strange],
  [200, 'application/json', 'BAD_ANSWER', strange],
  [400, 'text/html', 'BAD_ANSWER', strange],
  [403, 'text/html', 'BAD_ANSWER', strange],
  [429, 'text/plain', 'UNREACHABLE', 'the API server failed'],
  [503, 'text/html', 'UNREACHABLE', 'the API server failed'],
]
for (const [status, type, code, message] of pages) {
  t.test(`a page of a proxy is no answer of the API server: ${status}, ${type}`, async (t) => {
    const { api, port } = await serve(t, (_, response) =>
      response.writeHead(status, { 'content-type': type }).end('<html>sign in</html>'),
    )
    const expected = {
      code,
      message: `${message} (HTTP ${status})`,
      service: 'Kubernetes API',
      host: `127.0.0.1:${port}`,
    }
    t.strictSame(await failureIn(api.request('GET', '/', { timeout: 60_000 })), expected)
    // What claims to be JSON is parsed by the reader of the stream.
    if (type === 'application/json') return
    const { signal } = new AbortController()
    t.strictSame(await failureIn(api.stream('/', 'application/json', signal)), expected)
  })
}

t.test('a stream that is cut off is a failure', async (t) => {
  const { api } = await serve(t, (_, response) => {
    response.write('half')
    setTimeout(() => response.destroy(), 20)
  })
  const { chunks } = await api.stream('/watch', 'application/json', new AbortController().signal)
  const read = async () => {
    for await (const chunk of chunks) t.equal(chunk.toString(), 'half')
  }
  t.match(await failureIn(read()), { code: 'UNREACHABLE' })
})

t.test(
  'a stream that is cut off before it is read is a failure when it is read, and not before',
  async (t) => {
    const cut = Promise.withResolvers<void>()
    const { api } = await serve(t, (_, response) => {
      response.write('half')
      response.on('close', () => cut.resolve())
      setTimeout(() => response.destroy(), 20)
    })
    const stop = new AbortController()
    const { chunks } = await api.stream('/list', 'application/json', stop.signal)
    const aborted = await api.stream('/list', 'application/json', stop.signal)
    await cut.promise
    stop.abort()
    const read = async (some: AsyncIterable<Buffer>) => {
      for await (const chunk of some) t.equal(chunk.toString(), 'half')
    }
    t.match(await failureIn(read(chunks)), { code: 'UNREACHABLE' })
    t.match(await failureIn(read(aborted.chunks)), { code: 'UNREACHABLE' })
  },
)

t.test('a kubeconfig that cannot be used is reported without its content', async (t) => {
  const missing = join(t.testdir(), 'missing')
  t.strictSame(openApiServer(missing), {
    diagnostic: { message: `${JSON.stringify(missing)} cannot be read: it does not exist (ENOENT)` },
    unreadable: true,
  })
  const broken = kubeconfig(t, '')
  writeFileSync(broken, 'token: {secret-token')
  t.strictSame(openApiServer(broken), {
    diagnostic: { message: `${JSON.stringify(broken)} is not a kubeconfig` },
    unreadable: false,
  })
  const noContext = kubeconfig(t, 'http://127.0.0.1:1', { 'current-context': 'y' })
  t.match(openApiServer(noContext), {
    diagnostic: { message: /names no current context with a cluster and a user$/ },
  })
  t.match(openApiServer(undefined), {
    diagnostic: { message: /^is not set, and there is no ServiceAccount in / },
  })
})

const cluster = (server: string, more: object = {}) => ({
  clusters: [{ name: 'c', cluster: { server, ...more } }],
})

t.test('http:// is for this machine, as kubectl proxy serves it, or has to be asked for', async (t) => {
  const { port } = await serve(t, (_, response) => response.end('{}'))
  const local = openApiServer(kubeconfig(t, '', cluster(`http://127.0.0.1:${port}`))).server
  t.match(await local?.request('GET', '/', { timeout: 60_000 }), { status: 200 })
  const asked = cluster('http://api.example.test', { 'insecure-skip-tls-verify': true })
  t.ok(openApiServer(kubeconfig(t, '', asked)).server)
  for (const server of ['http://user:fakesecret@api.example.test:8080', 'ftp://api.example.test:8080']) {
    const opened = openApiServer(kubeconfig(t, '', cluster(server)))
    const { protocol, host } = new URL(server)
    t.match(opened, {
      diagnostic: {
        message: new RegExp(
          `: the server "${protocol}//${host}" of the current context does not begin with https://$`,
        ),
        hint: /^use https:\/\//,
      },
      unreadable: false,
    })
    t.notMatch(JSON.stringify(opened), 'fakesecret')
  }
})

t.test('the API server is never called through the proxy of the environment', async (t) => {
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end('{}')
  })
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.destroy()
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => proxy.close())
  const address = proxy.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const before = { ...process.env }
  Object.assign(process.env, { HTTPS_PROXY: url, https_proxy: url, HTTP_PROXY: url, http_proxy: url })
  t.teardown(() => (process.env = before))
  for (const protocol of ['http', 'https']) {
    const server = `${protocol}://api.invalid`
    const opened = openApiServer(kubeconfig(t, '', cluster(server, { 'insecure-skip-tls-verify': true })))
    const failure = await failureIn(
      opened.server?.request('GET', '/', { timeout: 60_000 }) ?? Promise.resolve(),
    )
    t.match(failure, { code: 'UNREACHABLE', message: /ENOTFOUND|EAI_AGAIN/ }, server)
  }
  t.strictSame(asked, [])
})

const exec = (command: string, ...args: string[]) => ({
  users: [
    {
      name: 'u',
      user: {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never' },
      },
    },
  ],
})
const faults: readonly (readonly [title: string, more: object, message: RegExp])[] = [
  [
    'a credential plugin that is not installed',
    exec('absent-authenticator'),
    /the credential plugin "absent-authenticator": it does not exist \(ENOENT\)$/,
  ],
  [
    'a credential plugin that fails',
    exec('sh', '-c', 'echo fakesecret >&2; exit 1'),
    /the credential plugin "sh": it failed$/,
  ],
  [
    'a CA file that is gone',
    {
      clusters: [
        { name: 'c', cluster: { server: 'https://127.0.0.1:1', 'certificate-authority': '/absent/ca.crt' } },
      ],
    },
    /the CA file "\/absent\/ca\.crt": it does not exist/,
  ],
]
for (const [title, more, message] of faults) {
  t.test(`the kubeconfig names ${title}`, async (t) => {
    const { server } = openApiServer(kubeconfig(t, 'https://127.0.0.1:1', more))
    const failure = await failureIn(server?.request('GET', '/', { timeout: 60_000 }) ?? Promise.resolve())
    t.match(failure, { code: 'CREDENTIALS_MISSING', message, service: 'Kubernetes API' })
    t.notMatch(JSON.stringify(failure), 'fakesecret')
  })
}
