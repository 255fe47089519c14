/** The built `kees import` on a table of the Java kees in DynamoDB: the values, a process that is killed, ten thousand items. */
import { spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import t from 'tap'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { storedBelow } from '../docs/stored-parameters.ts'
import { eventually } from '../programs/eventually.ts'
import { isLong } from '../programs/long.ts'
import { dist } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { untapped } from '../programs/untapped.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { type JavaItem, makeJavaTable, scanTable } from './java-table.ts'

t.setTimeout(600_000)

const base64 = (value: string | Buffer) => Buffer.from(value).toString('base64')
const storeEnv = (endpoint: string) => ({
  KEES_STORE: 'ssm',
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL: endpoint,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'fakesecret',
})

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
/** As the Java creator and its users store them: passwords and settings in base64, keys and random bytes as they are here. */
const items: readonly JavaItem[] = [
  { name: '/prod/signingKey.v1_private', value: base64(privateKey.export({ type: 'pkcs8', format: 'der' })) },
  { name: '/prod/signingKey.v1_public', value: base64(publicKey.export({ type: 'spki', format: 'der' })) },
  { name: '/prod/api-key_consumer', value: 'AQIDBAUGBwg=' },
  { name: '/prod/api-key_provider', value: 'AQIDBAUGBwg=' },
  { name: '/prod/db.password', value: base64('fakepassword \u00fc') },
  { name: 'prod/orders/url', value: base64('https://orders.example.com') },
  { name: '/prod/leases/worker.0', value: 'worker-5d4f-abcde' },
]
const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    metadata:
      annotations:
        init.bsycorp.com/storage-prefix: /prod
        init.bsycorp.com/local-mode: "false"
        secret.bsycorp.com/signingKey.v1_private: kind=DYNAMIC,type=RSA,size=2048
        secret.bsycorp.com/api-key_consumer: kind=DYNAMIC,type=RANDOM,size=64
        secret.bsycorp.com/db.password: kind=REFERENCE,type=PASSWORD
        resource.bsycorp.com/url: storageKey=orders/url
    spec: {containers: [{name: app, image: example/app:1.0}]}
`

t.test('a table in DynamoDB, verbatim and decoded', { skip: motoMissing }, async (t) => {
  const moto = await startMoto()
  t.teardown(moto.stop)
  await makeJavaTable(moto.endpoint, 'prod-kube-secret', items)
  const scan = await scanTable(moto.endpoint, 'prod-kube-secret', 3)
  t.equal(scan.Count, items.length)
  const file = join(t.testdir({ 'app.yaml': deployment }), 'app.yaml')
  const env = storeEnv(moto.endpoint)
  for (const flags of [[], ['--decode']]) {
    await moto.reset()
    const run = (...more: readonly string[]) =>
      runBeside('kees', ['import', '-f', file, ...flags, ...more], { env, input: JSON.stringify(scan) })
    const { status, stderr } = await run()
    t.equal(status, 0, stderr)
    t.match(
      stderr,
      /^warning: the manifests do not declare what standard input has for \/prod\/leases\/worker\.0\n/,
    )
    const isDecoded = flags.length > 0
    const expected: [string, string][] = items
      .filter(({ name }) => !name.includes('leases'))
      .map(({ name, value }) => {
        const isText = /password|url/.test(name)
        return [
          name.replace(/^prod/, '/prod'),
          isDecoded && isText ? Buffer.from(value, 'base64').toString() : value,
        ]
      })
    const stored = await storedBelow(moto.endpoint, '/prod')
    t.strictSame(new Map([...stored].map(([name, one]) => [name, one.value])), new Map(expected))
    for (const one of stored.values()) t.match(one, { type: 'SecureString', version: 1 })
    t.equal((await run('--check')).status, 0)
  }
})

const many = isLong ? 10_000 : 600
const perPod = 500

/** Pods with so many declarations in all, and the table that has their values. */
function largeTable(count: number) {
  const names = Array.from({ length: count }, (_, index) => `p${index}`)
  const pods = Array.from({ length: Math.ceil(count / perPod) }, (_, pod) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `app-${pod}`,
      annotations: Object.fromEntries([
        ['init.bsycorp.com/storage-prefix', '/large'],
        ...names
          .slice(pod * perPod, (pod + 1) * perPod)
          .map((name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD']),
      ]),
    },
    spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
  }))
  const values = Object.fromEntries(names.map((name) => [`/large/${name}`, randomBytes(12).toString('hex')]))
  const input = JSON.stringify({
    Items: Object.entries(values).map(([name, value]) => ({
      secretName: { S: name },
      secretValue: { S: base64(value) },
    })),
  })
  return { manifest: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: pods }), values, input }
}

t.test(`${many} values, by processes that are killed`, async (t) => {
  const { manifest, values, input } = largeTable(many)
  const folder = t.testdir({ 'app.yaml': manifest })
  const server = await startFakeSsm()
  t.teardown(() => server.stop())
  const env = { ...storeEnv(server.endpoint), PUT_RATE: '10000' }
  const args = ['import', '-f', join(folder, 'app.yaml'), '--decode', '-o', 'json']
  const puts = () => server.calls.filter(({ action }) => action === 'PutParameter')
  for (const share of [0.1, 0.5]) {
    const before = puts().length
    const child = spawn(...untapped(join(dist, 'kees'), args), { env: { ...process.env, ...env } })
    child.stdin.end(input)
    const closed = once(child, 'close')
    await eventually('some values are stored', () => puts().length - before > many * share)
    child.kill('SIGKILL')
    await closed
    t.ok(puts().length < many)
  }
  const { status, stdout, stderr } = await runBeside('kees', args, { env, input })
  t.equal(status, 0, stderr)
  t.equal(JSON.parse(stdout).length, many)
  const stored = Object.keys(values).map((name) => [name, server.stored.newest(name)])
  const expected = Object.entries(values).map(([name, value]) => [name, { version: 1, value }])
  t.match(stored, expected, 'each value is stored, in one version')
  const { status: checked } = await runBeside('kees', [...args, '--check'], { env, input })
  t.equal(checked, 0)
})

t.test('at the default rate, ten thousand values are announced before the first one is stored', async (t) => {
  const { manifest, input } = largeTable(10_000)
  const folder = t.testdir({ 'app.yaml': manifest })
  const server = await startFakeSsm()
  t.teardown(() => server.stop())
  const args = ['import', '-f', join(folder, 'app.yaml'), '--decode']
  const child = spawn(...untapped(join(dist, 'kees'), args), {
    env: { ...process.env, ...storeEnv(server.endpoint), PUT_RATE: '' },
  })
  t.teardown(() => child.kill('SIGKILL'))
  child.stdin.end(input)
  let said = ''
  let putsBefore: number | undefined
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    putsBefore ??= server.calls.filter(({ action }) => action === 'PutParameter').length
  })
  await eventually('it is announced', () => said.includes('standard parameters'))
  t.match(
    said,
    /^warning: storing 10000 parameters at 3 a second takes at least 55 minutes\n {2}hint: [^]*PUT_RATE/,
  )
  t.match(
    said,
    /warning: an account has at most 10000 standard parameters in a region, and these are 10000\n/,
  )
  t.ok((putsBefore ?? Infinity) <= 4, 'no more than the first ones')
})
