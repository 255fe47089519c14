/** init as its image runs it: a process, the file of the kubelet, an environment, an exit code. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { openFileParameterStore } from '../../runtime/store/file-parameter-store.ts'
import { secretValue } from '../../runtime/secret-value.ts'
import { dist, run } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

const workedExample = {
  'iam.amazonaws.com/role': 'cluster-app-role',
  'secret.bsycorp.com/signingKey.v1_public': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
  'secret.bsycorp.com/signingKey.v1_private': 'kind=DYNAMIC,type=RSA,size=2048,foo=bar',
  'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
}
const values = {
  '/db.password': 'fakepassword',
  '/signingKey.v1_private': 'privatekeydummyvalue',
  '/signingKey.v1_public': 'publickeydummyvalue',
}
const secretFile = `db.password=fakepassword
signingKey.v1_private=privatekeydummyvalue
signingKey.v1_public=publickeydummyvalue
`

/** A pod of the worked example, with its volumes in a folder of the test's own. */
async function makePod(t: Test, stored: Readonly<Record<string, string>> = values) {
  const folder = t.testdir({
    secret: {},
    annotations: { annotations: formatAnnotationsFile(Object.entries(workedExample)) },
  })
  const path = (name: string) => join(folder, name)
  mkdirSync(path('store'), { mode: 0o700 })
  const store = openFileParameterStore(path('store'))
  for (const [name, value] of Object.entries(stored)) await store.replace(name, secretValue(value))
  const env: Record<string, string> = {
    ANNOTATIONS_FILE: path('annotations/annotations'),
    SECRETS_FILE: path('secret/secret'),
    RESOURCES_FILE: path('secret/resource'),
    KEES_STORE: `file:${path('store')}`,
    WAIT_TIMEOUT: '0s',
    REFERENCE_WAIT: '0s',
  }
  const init = (more: Readonly<Record<string, string>> = {}) => run('init', [], { env: { ...env, ...more } })
  return { path, init }
}

t.test('the worked example, byte for byte', async (t) => {
  const { path, init } = await makePod(t)
  const first = init()
  t.strictSame([first.status, first.stdout], [0, ''], first.stderr)
  t.equal(readFileSync(path('secret/secret'), 'utf8'), secretFile)
  t.equal(statSync(path('secret/secret')).mode & 0o777, 0o444)
  for (const line of first.stderr.trimEnd().split('\n')) t.match(JSON.parse(line), { level: /^(info|warn)$/ })

  await t.test('a second run writes the same again and leaves nothing behind', async (t) => {
    t.equal(init().status, 0)
    t.equal(readFileSync(path('secret/secret'), 'utf8'), secretFile)
    t.match(readdirSync(path('secret')), [/^\.\.\d{4}_/, '..data', 'secret'])
  })

  await t.test('a deleted parameter does not change the files', async (t) => {
    const failed = init({ KEES_STORE: `file:${path('secret/..data')}` })
    t.not(failed.status, 0)
    t.equal(readFileSync(path('secret/secret'), 'utf8'), secretFile)
  })
})

t.test('everything that is missing is named: exit code 3', async (t) => {
  const { path, init } = await makePod(t, { '/db.password': 'fakepassword' })
  const { status, stdout, stderr } = init({ POD_NAME: 'app-1', POD_NAMESPACE: 'prod' })
  t.equal(status, 3)
  t.match(JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? ''), {
    level: 'error',
    pod: 'app-1',
    namespace: 'prod',
    exitCode: 3,
    problems: [
      {
        annotation: 'secret.bsycorp.com/signingKey.v1_private',
        parameter: '/signingKey.v1_private',
        code: 'MISSING',
      },
      {
        annotation: 'secret.bsycorp.com/signingKey.v1_public',
        parameter: '/signingKey.v1_public',
        code: 'MISSING',
      },
    ],
  })
  t.notMatch(stdout + stderr, /fakepassword/)
  t.strictSame(readdirSync(path('secret')), [])
})

type Pod = Awaited<ReturnType<typeof makePod>>
type Failing = readonly [
  title: string,
  spoil: (pod: Pod) => Readonly<Record<string, string>>,
  exit: number,
  says: RegExp,
]

const failing: readonly Failing[] = [
  ['no annotations file', ({ path }) => ({ ANNOTATIONS_FILE: path('absent') }), 2, /absent.*does not exist/],
  [
    'a folder as annotations file',
    ({ path }) => ({ ANNOTATIONS_FILE: path('annotations') }),
    2,
    /it is a folder/,
  ],
  ['a wrong variable', () => ({ FILE_MODE: 'rw' }), 2, /FILE_MODE/],
  [
    'a store that others can read',
    ({ path }) => ({ KEES_STORE: `file:${path('secret')}` }),
    2,
    /it must have mode 0700/,
  ],
  [
    'a malformed annotation',
    ({ path }) => {
      const wrong = { ...workedExample, 'secret.bsycorp.com/x': 'kind=DYNAMIC,type=RSA,size=1024' }
      writeFileSync(path('annotations/annotations'), formatAnnotationsFile(Object.entries(wrong)))
      return {}
    },
    1,
    /secret\.bsycorp\.com\/x: .*2048, 3072, 4096/,
  ],
  [
    'an annotations file that is none',
    ({ path }) => {
      writeFileSync(path('annotations/annotations'), '{"secret": "fakepassword"}')
      return {}
    },
    1,
    /line 1 of the annotations file/,
  ],
  [
    'a store that cannot be reached',
    () => ({
      KEES_STORE: 'ssm',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      DEADLINE: '1s',
      REQUEST_TIMEOUT: '500ms',
    }),
    5,
    /\/db\.password: .*ECONNREFUSED/,
  ],
  [
    'a folder that cannot be written',
    () => ({ SECRETS_FILE: '/proc/secret' }),
    6,
    /the files of .*\/proc.* cannot be written/,
  ],
  [
    'a folder in place of the file',
    ({ path }) => {
      mkdirSync(path('secret/secret'))
      return {}
    },
    6,
    /exists and is not a link/,
  ],
  [
    'a link to elsewhere in place of the file',
    ({ path }) => {
      symlinkSync('/etc/hostname', path('secret/secret'))
      return {}
    },
    6,
    /exists and is not a link/,
  ],
]

for (const [title, spoil, exit, says] of failing) {
  t.test(`${title}: exit code ${exit}`, async (t) => {
    const pod = await makePod(t)
    const env = spoil(pod)
    const before = readdirSync(pod.path('secret'))
    const { status, stdout, stderr } = pod.init(env)
    t.equal(status, exit, stderr)
    t.equal(stdout, '')
    t.match(stderr, says)
    t.notMatch(stderr, /fakepassword|dummyvalue/, 'no value is shown')
    t.strictSame(readdirSync(pod.path('secret')), before, 'nothing is written')
  })
}

for (const [signal, exit] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)
  t.test(`a pod that is deleted does not wait for init: ${signal}`, async (t) => {
    const { path } = await makePod(t, {})
    const env = {
      ...process.env,
      ANNOTATIONS_FILE: path('annotations/annotations'),
      SECRETS_FILE: path('secret/secret'),
      KEES_STORE: `file:${path('store')}`,
    }
    const child = spawn(...untapped(join(dist, 'init')), { env, stdio: ['ignore', 'ignore', 'pipe'] })
    t.teardown(() => child.kill('SIGKILL'))
    await once(child.stderr, 'data')
    child.kill(signal)
    // As the first process of a container it would not end by the signal itself.
    t.strictSame(await once(child, 'exit'), [exit, null])
    t.strictSame(readdirSync(path('secret')), [])
  })
