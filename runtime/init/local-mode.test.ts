/** Local mode in init: no store, no secrets, and no way into production. */
import t, { type Test } from 'tap'
import { type Pod, runInit } from './fixtures.ts'

const rsa = 'kind=DYNAMIC,type=RSA,size=2048'
const annotations = {
  'init.bsycorp.com/local-mode': 'true',
  'init.bsycorp.com/storage-prefix': '/prod',
  'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD',
}
// Where a store is opened, this is an error.
const noStore = {
  KEES_STORE: 'ssm',
  AWS_REGION: 'no region',
  AWS_ENDPOINT_URL: 'ftp://',
  ALLOW_LOCAL_MODE: 'true',
}
const run = (t: Test, { env = {}, ...pod }: Pod, world = {}) =>
  runInit(t, { annotations, ...pod, env: { ...noStore, ...env } }, world)

t.test('every value is derived from its name, or is what the declaration says', async (t) => {
  const { exit, secret, resource, read, message, log } = await run(t, {
    env: { CONTRACT: '2' },
    annotations: {
      ...annotations,
      'secret.bsycorp.com/apiKey_consumer':
        'kind=DYNAMIC,type=RANDOM,size=128,storageKey=db.password_consumer',
      'secret.bsycorp.com/of-secrets-manager':
        'kind=REFERENCE,type=PASSWORD,from=secretsmanager,storageKey=db.password,jsonKey=a,decode=base64',
      'secret.bsycorp.com/cert': 'kind=REFERENCE,type=TEXT,jsonKey=a,localValue="{"',
      'secret.bsycorp.com/old': 'kind=REFERENCE,type=PASSWORD,localModeValue=b2xk',
      'secret.bsycorp.com/keystore': 'kind=REFERENCE,type=TEXT,file=keystore,localModeValue=/wA=',
      'secret.bsycorp.com/absent': 'kind=REFERENCE,type=TEXT,optional=true',
      'secret.bsycorp.com/key': 'kind=REFERENCE,type=RSA,as=pem,file=key.pem',
      'secret.bsycorp.com/gpg_public': 'kind=REFERENCE,type=GPG,as=armor,file=gpg.asc',
      'compose.bsycorp.com/url': 'text=db://app:$(db.password:url)@$(host)/',
      'resource.bsycorp.com/host': 'localValue=localhost,default=db.example.com',
      'resource.bsycorp.com/port': 'default=5432',
      'resource.bsycorp.com/option': 'optional=true',
    },
  })
  t.strictSame([exit, message], [0, ''])
  t.equal(
    secret,
    `apiKey_consumer=OGiWQ1YDTH1JbfX3MUnwKA==
cert={
db.password=CYSBHmNDvxNGJPvH
of-secrets-manager=CYSBHmNDvxNGJPvH
old=old
url=db://app:CYSBHmNDvxNGJPvH@localhost/
`,
  )
  t.equal(resource, 'host=localhost\nport=5432\n')
  t.equal(Buffer.from((await read('secret/keystore')) ?? '').length > 0, true)
  t.match(await read('secret/key.pem'), /^-----BEGIN PRIVATE KEY-----\n/)
  t.match(await read('secret/gpg.asc'), /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n/)
  const warnings = log.filter((one) => (Object(one).level as unknown) === 'warn')
  t.match(warnings, [
    { code: 'UNESCAPED' },
    { annotation: 'secret.bsycorp.com/db.password', code: 'LOCAL_MODE' },
    { annotation: 'secret.bsycorp.com/of-secrets-manager', code: 'LOCAL_MODE' },
    { message: 'local mode: no store is read, and everybody can compute these values' },
    { annotation: 'resource.bsycorp.com/option' },
    { annotation: 'secret.bsycorp.com/absent' },
  ])
})

const refused: readonly (readonly [title: string, pod: Pod, exit: number, ...lines: string[]])[] = [
  [
    'without ALLOW_LOCAL_MODE',
    { env: { ALLOW_LOCAL_MODE: '' } },
    2,
    'ALLOW_LOCAL_MODE must be true in a pod with the annotation local-mode',
    'hint: set option allowLocalMode of inject-init only where the app never reads a store',
  ],
  [
    'in a pod with an AWS identity, and with whatever else is wrong',
    {
      env: { AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/app' },
      annotations: { ...annotations, 'resource.bsycorp.com/host': '' },
    },
    2,
    'AWS_ROLE_ARN gives the pod an AWS identity, and local mode is only for pods without one',
    'annotation resource.bsycorp.com/host: attribute "localValue" is missing: local mode has no value for a resource',
  ],
  [
    'with parts of a pair that do not match',
    {
      annotations: {
        ...annotations,
        'secret.bsycorp.com/a_private': rsa,
        'secret.bsycorp.com/a_public': `${rsa},localValue=b`,
      },
    },
    1,
    'annotation secret.bsycorp.com/a_private: localValue and that of the other part of the key pair do not match',
    'hint: set localValue of both parts, or of none',
  ],
  [
    'as a substitute for a store that is not reached',
    {
      annotations: { ...annotations, 'init.bsycorp.com/local-mode': 'remote-then-local' },
      env: { KEES_STORE: 'file:/none' },
    },
    1,
    'annotation init.bsycorp.com/local-mode: the local-mode must not be remote-then-local: while the store is not reached, the app would get values that everybody can compute',
    'hint: remove it, or set "true" where the app never reads a store',
  ],
]
for (const [title, pod, exit, ...lines] of refused)
  t.test(`refused: ${title}`, async (t) => {
    const ended = await run(t, pod)
    t.strictSame([ended.exit, ended.secret, ended.message], [exit, undefined, lines.join('\n')])
  })

t.test('keys that take too long end init, and name what to do', async (t) => {
  let now = 0
  const clock = { now: () => (now += 200_000), sleep: async () => {} }
  const { exit, message, secret } = await run(t, {}, { clock })
  t.strictSame([exit, secret], [0, 'db.password=CYSBHmNDvxNGJPvH\n'], 'one value is always in time')
  const two = { ...annotations, 'secret.bsycorp.com/a': 'kind=REFERENCE,type=PASSWORD' }
  t.strictSame(message, '')
  const late = await run(t, { annotations: two }, { clock })
  t.match([late.exit, late.secret, late.message], [5, undefined, /within DEADLINE \(5m\): 1 of 2 are/])
})
