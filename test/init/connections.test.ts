/** The built programs against servers that are not AWS's: of another name, of another protocol, or broken. */
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer as createPlain, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { failureOf } from '../../runtime/failure.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { openApiServer } from '../../runtime/kubernetes/api-server.ts'
import { mapConcurrent } from '../../runtime/scheduling/map-concurrent.ts'
import { eventually } from '../programs/eventually.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { runBeside } from '../programs/run-beside.ts'
import { dist } from '../programs/programs.ts'
import { command } from '../programs/tools.ts'
import { untapped } from '../programs/untapped.ts'

const { path: openssl = 'openssl', missing = false } = command('openssl')

t.test('a store with another endpoint than AWS', { skip: missing }, async (t) => {
  const folder = t.testdir({
    out: {},
    annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
  })
  const right = makeLoopbackCertificate(folder, openssl)
  const wrong = makeLoopbackCertificate(folder, openssl, { name: 'wrong-', names: 'DNS:other.example' })
  const pem = ({ file, key }: typeof right) => ({ cert: readFileSync(file), key: readFileSync(key) })
  const fake = await startFakeSsm()
  t.teardown(() => fake.stop())
  fake.put('/a', 'fakepassword')

  /** By the host of a server of this test. */
  const connections = new Map<string, number>()
  const listen = async (server: Server) => {
    server.on('tlsClientError', () => undefined).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.teardown(() => server.close())
    const address = server.address()
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    connections.set(host, 0)
    server.on('connection', () => connections.set(host, (connections.get(host) ?? 0) + 1))
    return host
  }
  const tls = async (options: TlsOptions) =>
    `https://${await listen(createTls({ ...pem(right), ...options }, (socket) => void socket.on('error', () => undefined).end()))}`
  const raw = (act: (socket: Socket) => void) =>
    listen(createPlain((socket) => act(socket.on('error', () => undefined))))
  const answering = async (text: string) => `http://${await raw((socket) => void socket.end(text))}`

  const kinds: Readonly<Record<string, readonly [url: string, code: RegExp]>> = {
    'a certificate of another name': [await tls(pem(wrong)), /ERR_TLS_CERT_ALTNAME_INVALID/],
    'a port without TLS': [fake.endpoint.replace('http:', 'https:'), /EPROTO|ERR_SSL_WRONG_VERSION_NUMBER/],
    'no common cipher': [
      await tls({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }),
      /HANDSHAKE_FAILURE|EPROTO/,
    ],
    'an old version of TLS': [
      await tls({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }),
      /PROTOCOL|EPROTO/,
    ],
    'a client certificate is required': [
      await tls({ requestCert: true, rejectUnauthorized: true, ca: pem(wrong).cert }),
      /ECONNRESET|CERTIFICATE_REQUIRED|EPIPE/,
    ],
    'a connection that is closed': [`https://${await raw((socket) => void socket.end())}`, /ECONNRESET/],
    'a connection that is reset': [
      `https://${await raw((socket) => socket.resetAndDestroy())}`,
      /ECONNRESET/,
    ],
    'a server of SSH': [
      `https://${await raw((socket) => void socket.write('SSH-2.0-x\r\n'))}`,
      /EPROTO|ERR_SSL/,
    ],
    'a response that is not HTTP': [await answering('hello\r\n\r\n'), /HPE_INVALID_CONSTANT/],
    'headers that are too large': [
      await answering(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n{}`),
      /HPE_HEADER_OVERFLOW/,
    ],
    'a name of two addresses that refuse': ['http://localhost:1', /ECONNREFUSED/],
  }
  const common = {
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'out', 'secret'),
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
    // Enough for a second attempt on a busy machine.
    DEADLINE: '5s',
    LISTEN: 'off',
  }
  await mapConcurrent(Object.entries(kinds), 4, async ([title, [url, code]]) => {
    const trusted = title.includes('another name') ? wrong : right
    const env = { ...common, AWS_ENDPOINT_URL: url, NODE_EXTRA_CA_CERTS: trusted.file }
    const { host } = new URL(url)
    const init = await runBeside('init', [], { env })
    const attempts = connections.get(host)
    const put = await runBeside('kees', ['put', '/a'], { env, input: 'fakepassword' })
    t.equal(init.status, 5, `init, ${title}: ${init.stderr}`)
    t.match(init.stderr, code, title)
    t.match(init.stderr, `"code":"UNREACHABLE"`, title)
    t.match(init.stderr, `"host":"${host}"`, title)
    if (attempts !== undefined) t.ok(attempts >= 2, `init, ${title}: ${attempts} attempts`)
    t.equal(put.status, 5, `kees put, ${title}: ${put.stderr}`)
    t.match(put.stderr, `SSM at ${host} was not reached`, title)
  })

  await t.test('an API server whose certificate is not trusted, or is of another name', async (t) => {
    const trusted: readonly (readonly [ca: typeof right, server: typeof right, code: RegExp])[] = [
      [wrong, right, /\((DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_VERIFY_\w+)\)$/],
      [wrong, wrong, /\(ERR_TLS_CERT_ALTNAME_INVALID\)$/],
    ]
    for (const [ca, server, code] of trusted) {
      const url = await tls(pem(server))
      const kubeconfig = join(folder, 'kubeconfig')
      const text = {
        clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority': ca.file } }],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }
      writeFileSync(kubeconfig, JSON.stringify(text))
      const api = openApiServer(kubeconfig).server
      const error: unknown = await api
        ?.request('GET', '/', { timeout: 20_000 })
        .catch((reason: unknown) => reason)
      const { host } = new URL(url)
      const expected = { code: 'UNREACHABLE', message: code, service: 'Kubernetes API', host }
      t.match(failureOf(error), expected)
    }
  })

  await t.test('the sidecar continues when the store works again', async (t) => {
    const server = createTls(pem(right), (socket) => {
      const chunks: Buffer[] = []
      socket
        .on('error', () => undefined)
        .on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          if (!/\r\n\r\n.*\}$/s.test(Buffer.concat(chunks).toString())) return
          const body = '{"Parameters":[{"Name":"/a","Value":"fakepassword","Version":1}]}'
          socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
        })
    })
    const url = `https://${await listen(server)}`
    const both = join(folder, 'both.pem')
    writeFileSync(both, `${readFileSync(right.file, 'utf8')}${readFileSync(wrong.file, 'utf8')}`)
    const env = {
      ...process.env,
      ...common,
      AWS_ENDPOINT_URL: url,
      NODE_EXTRA_CA_CERTS: both,
      SECRETS_FILE: join(folder, 'out', 'kept'),
      LOG_LEVEL: 'debug',
    }
    const child = spawn(...untapped(join(dist, 'init'), ['--refresh', '1s']), { env, stdio: 'pipe' })
    t.teardown(() => child.kill('SIGKILL'))
    let log = ''
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()))
    const heard = (what: string, words: RegExp) => eventually(`the log ${what}`, () => words.test(log))
    await heard('names the files', /keeping the files up to date/)
    server.setSecureContext(pem(wrong))
    await heard('has the TLS error', /ERR_TLS_CERT_ALTNAME_INVALID/)
    server.setSecureContext(pem(right))
    log = ''
    await heard('says that nothing changed', /nothing has changed/)
    t.equal(child.exitCode, null, 'it runs')
  })
})
