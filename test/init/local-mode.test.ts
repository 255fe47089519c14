/** The values of local mode: those of Java, those of every version of Node, keys that GnuPG takes; and no socket is opened for them. */
import { createHash, createPrivateKey } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { stringify } from 'yaml'
import { unicodeText } from '../../api/declaration/arbitrary-declaration.ts'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { localDeriver } from '../../runtime/local/derive-value.ts'
import { oldestNode } from '../packaging/oldest-node.ts'
import { dist, run } from '../programs/programs.ts'
import { command, java, shortJava } from '../programs/tools.ts'

t.setTimeout(900_000)

const userId = 'Orders <orders@example.com>'
const rsa = 'kind=DYNAMIC,type=RSA,size=4096'
const gpg = `kind=DYNAMIC,type=GPG,size=2048,userId="${userId}"`
const annotations = {
  'init.bsycorp.com/local-mode': 'true',
  'secret.bsycorp.com/signingKey.v1_private': rsa,
  'secret.bsycorp.com/signingKey.v1_public': rsa,
  'secret.bsycorp.com/mailKey_private': gpg,
  'secret.bsycorp.com/mailKey_public': gpg,
  'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
}
// A short path: the socket of gpg-agent is in it.
const folder = mkdtempSync(join(tmpdir(), 'kees-local-'))
t.teardown(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string) => join(folder, name)
mkdirSync(path('secret'))
writeFileSync(path('annotations'), formatAnnotationsFile(Object.entries(annotations)))
writeFileSync(
  path('pod.yaml'),
  stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', annotations },
    spec: { containers: [{ name: 'app', image: 'app' }] },
  }),
)
const env = {
  ANNOTATIONS_FILE: path('annotations'),
  SECRETS_FILE: path('secret/secret'),
  RESOURCES_FILE: path('secret/resource'),
  ALLOW_LOCAL_MODE: 'true',
  CONTRACT: '2',
  // Enough on the slowest machine.
  DEADLINE: '10m',
}
const valueOf = (text: string, name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1] ?? ''
const digest = (value: string) =>
  createHash('sha256').update(Buffer.from(value, 'base64')).digest('hex').slice(0, 16)

t.test('init makes the same keys as `kees fetch` with the oldest Node, and they never change', async (t) => {
  const { status, stderr } = run('init', [], { env })
  t.equal(status, 0, stderr)
  const written = readFileSync(path('secret/secret'), 'utf8')
  const digests = ['signingKey.v1_private', 'signingKey.v1_public', 'mailKey_private', 'mailKey_public'].map(
    (name) => digest(valueOf(written, name)),
  )
  t.strictSame(digests, ['7efa6de0fe530094', 'd3ca784e1b8218fd', 'f4736b16f3503918', '5c284ba7418a6268'])
  t.equal(valueOf(written, 'db.password'), 'CYSBHmNDvxNGJPvH')
  const key = createPrivateKey({
    key: Buffer.from(valueOf(written, 'signingKey.v1_private'), 'base64'),
    format: 'der',
    type: 'pkcs8',
  })
  t.match(key.asymmetricKeyDetails, { modulusLength: 4096, publicExponent: 65537n })
  const { path: node, version } = oldestNode()
  const args = [
    'fetch',
    '--store',
    'local:',
    '-f',
    path('pod.yaml'),
    '--workload',
    'Pod/app',
    '--out',
    path('fetched'),
  ]
  const fetched = run(node, [join(dist, 'kees'), ...args])
  t.equal(fetched.status, 0, fetched.stderr)
  t.equal(readFileSync(path('fetched'), 'utf8'), written, `of Node ${version}`)
})

t.test('GnuPG imports a key without a warning', { skip: command('gpg').missing ?? false }, async (t) => {
  mkdirSync(path('gnupg'), { mode: 0o700 })
  const written = readFileSync(path('secret/secret'), 'utf8')
  const gnupg = (...args: readonly string[]) =>
    run('gpg', ['--homedir', path('gnupg'), '--batch', '--no-autostart', ...args])
  writeFileSync(path('key'), Buffer.from(valueOf(written, 'mailKey_public'), 'base64'))
  const imported = gnupg('--import', path('key'))
  t.equal(imported.status, 0, imported.stderr)
  t.notMatch(imported.stderr, /warning/i)
  t.match(gnupg('--list-keys', '--with-colons').stdout, /^pub:-:2048:1:[0-9A-F]{16}:1262304000:/m)
})

t.test('init opens no socket', { skip: command('strace').missing ?? false }, async (t) => {
  rmSync(path('secret'), { recursive: true })
  mkdirSync(path('secret'))
  const small = { ...annotations, 'secret.bsycorp.com/key': 'kind=REFERENCE,type=RSA' }
  writeFileSync(
    path('annotations'),
    formatAnnotationsFile(Object.entries(small).filter(([, value]) => !/=(4096|2048)/.test(value))),
  )
  const traced = run('strace', ['-f', '-qq', '-e', 'trace=%network', '-o', path('trace'), 'init'], { env })
  t.equal(traced.status, 0, traced.stderr)
  t.match(readFileSync(path('secret/secret'), 'utf8'), /^db\.password=CYSBHmNDvxNGJPvH\nkey=/)
  const calls = readFileSync(path('trace'), 'utf8')
  // libuv has pipes of its own, which are pairs of sockets that nobody else can reach.
  t.strictSame(
    [...calls.matchAll(/^\d+ +(socket|connect|bind|sendto|sendmsg)\(/gm)].map(([call]) => call),
    [],
  )
})

const { path: javaPath = 'java', missing = false } = java()
t.test('random values and passwords are those of java.util.Random', { skip: missing }, async (t) => {
  const inputs = fc.sample(
    fc.tuple(
      fc.oneof(unicodeText, fc.stringMatching(/^[a-zA-Z0-9._/-]{1,60}$/)),
      fc.integer({ min: 1, max: 40 }).map((bytes) => bytes * 8),
    ),
    200,
  )
  // Code units, as Java's chars.
  const hex = (text: string) =>
    Array.from({ length: text.length }, (_, index) =>
      text.charCodeAt(index).toString(16).padStart(4, '0'),
    ).join('')
  const input = [...inputs, ['a', 8192] as const].map(([name, size]) => `x${hex(name)} ${size}\n`).join('')
  const { status, stdout, stderr } = run(
    javaPath,
    [...shortJava, join(import.meta.dirname, 'java/LocalValues.java')],
    {
      input,
    },
  )
  t.equal(status, 0, stderr)
  const derive = localDeriver()
  const ours: string[] = []
  for (const [seed, size] of [...inputs, ['a', 8192] as const]) {
    const of = (type: 'RANDOM' | 'PASSWORD') =>
      derive({ from: 'seed', seed, recipe: { type, size }, role: 'value' })
    ours.push(`${(await of('RANDOM')).reveal()} ${(await of('PASSWORD')).reveal()}`)
  }
  t.equal(ours.join('\n'), stdout.trimEnd())
})
