/** The programs behind an HTTP proxy: a real one, which asks for a password and resolves names that nobody else knows. */
import { once } from 'node:events'
import { createServer as createHttp } from 'node:http'
import { connect, type Server } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { podCredentials } from '../../runtime/aws/credentials/pod-credentials.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { openStore } from '../../runtime/store/open-store.ts'
import { startFakeSts } from '../servers/fake-sts.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { startTlsTerminator } from '../servers/tls-terminator.ts'
import { runBeside } from '../programs/run-beside.ts'
import { command } from '../programs/tools.ts'

const { path: openssl = 'openssl', missing = false } = command('openssl')
const [store, sts] = ['ssm.example.test', 'sts.example.test']

async function listen(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A proxy whose tunnels lead to ports of this machine, by the host that is asked for. */
async function startProxy(t: Test, ports: Readonly<Record<string, number>>) {
  const asked: string[] = []
  const proxy = createHttp((_, response) => response.writeHead(405).end())
  proxy.on('connect', (request, socket) => {
    socket.on('error', () => undefined)
    asked.push(request.url ?? '')
    const expected = `Basic ${Buffer.from('user:fake/proxy password').toString('base64')}`
    if (request.headers['proxy-authorization'] !== expected) {
      return socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
    }
    const inner = connect(ports[request.url ?? ''] ?? 0, '127.0.0.1')
    inner.on('error', () => socket.destroy())
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    return inner.pipe(socket).pipe(inner)
  })
  return { asked, host: `127.0.0.1:${await listen(t, proxy)}` }
}

t.test('AWS behind a proxy', { skip: missing }, async (t) => {
  const folder = t.testdir({
    out: {},
    annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
    broken: 'no certificate',
    token: 'faketoken',
  })
  const { file, key } = makeLoopbackCertificate(folder, openssl, {
    names: `DNS:${store},DNS:${sts},IP:127.0.0.1`,
  })
  const fake = await startFakeSsm()
  t.teardown(() => fake.stop())
  fake.put('/a', 'fakepassword')
  const tls = await startTlsTerminator({ file, key }, Number(new URL(fake.endpoint).port))
  t.teardown(tls.stop)
  const fakeSts = await startFakeSts()
  t.teardown(() => fakeSts.stop())
  const stsTls = await startTlsTerminator({ file, key }, Number(new URL(fakeSts.endpoint).port))
  t.teardown(stsTls.stop)
  const { asked, host } = await startProxy(t, { [`${store}:443`]: tls.port, [`${sts}:443`]: stsTls.port })
  const agent = createHttp((_, response) =>
    response.end('{"AccessKeyId":"AKIDPOD","SecretAccessKey":"fakesecret"}'),
  )
  const agentUrl = `http://127.0.0.1:${await listen(t, agent)}`

  const common = {
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'out', 'secret'),
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: `https://${store}`,
    HTTPS_PROXY: `http://user:fake%2Fproxy%20password@${host}`,
    DEADLINE: '20s',
    KEES_STORE: 'ssm',
  }
  const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'fakesecret' }
  const run = async (program: string, args: readonly string[], env: Readonly<Record<string, string>>) => {
    asked.length = 0
    const ran = await runBeside(program, args, { env: { ...common, ...env }, input: 'fakepassword' })
    t.notMatch(`${ran.stdout}${ran.stderr}`, /proxy(%20| )password/, 'the password of the proxy is not shown')
    return { ...ran, asked: [...asked] }
  }

  const trusts = { AWS_CA_BUNDLE: file, NODE_EXTRA_CA_CERTS: file }
  // A machine may have either of its own.
  const none = { AWS_CA_BUNDLE: '', NODE_EXTRA_CA_CERTS: '' }
  for (const [name, value] of Object.entries(trusts)) {
    const init = await run('init', [], { ...keys, ...none, [name]: value })
    t.equal(init.status, 0, `init, ${name}: ${init.stderr}`)
    t.strictSame(init.asked, [`${store}:443`])
    const put = await run('kees', ['put', `/new/${name}`], { ...keys, ...none, [name]: value })
    t.equal(put.status, 0, `kees, ${name}: ${put.stderr}`)
    t.strictSame(put.asked, [`${store}:443`])
  }

  await t.test('requests for credentials of this machine never use the proxy', async (t) => {
    const own = { AWS_CONTAINER_CREDENTIALS_FULL_URI: agentUrl, HTTP_PROXY: common.HTTPS_PROXY }
    const init = await run('init', [], { ...own, AWS_CA_BUNDLE: file })
    t.equal(init.status, 0, init.stderr)
    t.strictSame(init.asked, [`${store}:443`])
  })

  await t.test('STS is called through the proxy too', async (t) => {
    const identity = {
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/app',
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
      AWS_ENDPOINT_URL_STS: `https://${sts}`,
    }
    const init = await run('init', [], { ...identity, ...none, AWS_CA_BUNDLE: file })
    t.equal(init.status, 0, init.stderr)
    t.strictSame(init.asked, [`${sts}:443`, `${store}:443`])
    t.equal(fakeSts.given(), 1)
  })

  await t.test('a proxy that is called over TLS has to be trusted too', async (t) => {
    const front = await startTlsTerminator({ file, key }, Number(new URL(`http://${host}`).port))
    t.teardown(front.stop)
    const HTTPS_PROXY = common.HTTPS_PROXY.replace('http:', 'https:').replace(host, `127.0.0.1:${front.port}`)
    for (const [name, value] of Object.entries(trusts)) {
      const init = await run('init', [], { ...keys, ...none, HTTPS_PROXY, [name]: value })
      t.equal(init.status, 0, `init, ${name}: ${init.stderr}`)
      t.strictSame(init.asked, [`${store}:443`])
      const put = await run('kees', ['put', `/tls/${name}`], { ...keys, ...none, HTTPS_PROXY, [name]: value })
      t.equal(put.status, 0, `kees, ${name}: ${put.stderr}`)
      t.strictSame(put.asked, [`${store}:443`])
    }
    const init = await run('init', [], { ...keys, ...none, HTTPS_PROXY, DEADLINE: '2s' })
    t.equal(init.status, 5)
    t.match(init.stderr, new RegExp(`the proxy 127\\.0\\.0\\.1:${front.port}: self-signed certificate`))
    t.strictSame(init.asked, [])
  })

  await t.test('the store of the creator', async (t) => {
    asked.length = 0
    const env = { ...common, AWS_CA_BUNDLE: file, AWS_CONTAINER_CREDENTIALS_FULL_URI: agentUrl }
    const options = { requestTimeout: 20_000, maxAttempts: 1, credentials: podCredentials }
    const opened = await openStore({ kind: 'ssm' }, env, options)
    if (opened.diagnostics) return t.fail(JSON.stringify(opened.diagnostics))
    t.strictSame(await opened.store.exists(['/a', '/b']), new Set(['/a']))
    t.strictSame(asked, [`${store}:443`])
    return undefined
  })

  await t.test('what goes wrong names the proxy, and no password', async (t) => {
    const wrong = `http://user:other-proxy%20password@${host}`
    const env = { ...keys, AWS_CA_BUNDLE: file, DEADLINE: '2s' }
    const refused = await run('init', [], { ...env, HTTPS_PROXY: wrong })
    t.equal(refused.status, 5)
    t.match(refused.stderr, `the proxy ${host}: status 407 for ${store}:443`)
    const absent = await run('init', [], { ...env, HTTPS_PROXY: 'http://user:proxy%20password@127.0.0.1:1' })
    t.equal(absent.status, 5)
    t.match(absent.stderr, /the proxy 127\.0\.0\.1:1: connect ECONNREFUSED/)
    const put = await run('kees', ['put', '/c'], { ...env, HTTPS_PROXY: wrong })
    t.equal(put.status, 5)
    t.match(put.stderr, `the proxy ${host}: status 407`)
  })

  await t.test('NO_PROXY', async (t) => {
    const env = { ...keys, AWS_CA_BUNDLE: file, DEADLINE: '1s', NO_PROXY: '.example.test' }
    for (const [program, args] of [
      ['init', []],
      ['kees', ['put', '/c']],
    ] as const) {
      const ran = await run(program, args, env)
      t.equal(ran.status, 5, ran.stderr)
      t.strictSame(ran.asked, [], 'it is not called')
    }
  })

  await t.test('a wrong environment is exit code 2', async (t) => {
    const wrong: readonly (readonly [env: Readonly<Record<string, string>>, said: RegExp])[] = [
      [
        { HTTPS_PROXY: 'socks5://user:proxy%20password@proxy' },
        /HTTPS_PROXY is not the address of an HTTP proxy/,
      ],
      [
        { AWS_CA_BUNDLE: join(folder, 'absent') },
        /AWS_CA_BUNDLE .*absent.* cannot be read: it does not exist/,
      ],
      [{ AWS_CA_BUNDLE: join(folder, 'broken') }, /AWS_CA_BUNDLE .*broken.* contains no certificate in PEM/],
    ]
    for (const [env, said] of wrong) {
      const init = await run('init', [], { ...keys, ...env })
      t.equal(init.status, 2)
      t.match(init.stderr, said)
      const put = await run('kees', ['put', '/c'], { ...keys, ...env })
      t.equal(put.status, 2)
      t.match(put.stderr, said)
    }
  })
})
