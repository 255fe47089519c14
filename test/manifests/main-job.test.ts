/** The main job against moto, with the executables: the same steps as the demo, on the SSM protocol. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { root, run } from '../programs/programs.ts'

const app = join(root, 'kustomize-examples/quickstart/app.yaml')
const annotations = [
  ['kubernetes.io/config.seen', '2026-01-01T00:00:00Z'],
  ['secret.bsycorp.com/signingKey.v1_public', 'kind=DYNAMIC,type=RSA,size=2048,foo=bar'],
  ['secret.bsycorp.com/signingKey.v1_private', 'kind=DYNAMIC,type=RSA,size=2048,foo=bar'],
  ['secret.bsycorp.com/db.password', 'kind=REFERENCE,type=PASSWORD'],
  ['resource.bsycorp.com/db.host', 'storageKey=shared/db-host'],
] as const

t.test('from annotations to /secret/secret, in SSM', { skip: motoMissing }, async (t) => {
  const moto = await startMoto()
  t.teardown(() => moto.stop())
  const env = {
    AWS_ENDPOINT_URL: moto.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    KEES_STORE: 'ssm',
  }
  const kees = (args: string[], input = '') => run('kees', args, { env, input })

  const planned = kees(['create', '-f', app, '--dry-run', '-o', 'json'])
  t.equal(planned.status, 0, planned.stderr)
  t.strictSame(
    JSON.parse(planned.stdout).map((row: { result: string }) => row.result),
    ['would be created', 'would be created'],
  )
  const created = kees(['create', '-f', app])
  t.equal(created.status, 0, created.stderr)
  t.match(created.stdout, /^\/signingKey\.v1_private +RSA +2048 +created$/m)

  t.equal(kees(['put', 'db.password'], 'pass=word\\ é\n').status, 0)
  t.equal(kees(['put', '/shared/db-host'], 'db.example').status, 0)
  const again = kees(['put', '/db.password'], 'another')
  t.equal(again.status, 1, 'never over an existing one')
  t.notMatch(again.stdout + again.stderr, 'another')

  const folder = t.testdir({ annotations: formatAnnotationsFile(annotations), secret: {} })
  const initEnv = {
    ...env,
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'secret/secret'),
    RESOURCES_FILE: join(folder, 'secret/resource'),
    REFERENCE_WAIT: '0s',
    WAIT_TIMEOUT: '0s',
  }
  const init = run('init', [], { env: initEnv })
  t.equal(init.status, 0, init.stderr)
  const secrets = readFileSync(join(folder, 'secret/secret'), 'utf8')
  t.match(
    secrets,
    /^db\.password=pass=word\\\\ \\u00e9\nsigningKey\.v1_private=[A-Za-z0-9+/]+=*\nsigningKey\.v1_public=[A-Za-z0-9+/]+=*\n$/,
  )
  t.equal(readFileSync(join(folder, 'secret/resource'), 'utf8'), 'db.host=db.example\n')
  t.notMatch(init.stdout + init.stderr, /pass=word|MII/, 'no value in any output')

  t.test('a second round changes nothing', async (t) => {
    t.match(kees(['create', '-f', app]).stdout, /^\/signingKey\.v1_public +RSA +2048 +exists$/m)
    t.equal(run('init', [], { env: initEnv }).status, 0)
    t.equal(readFileSync(join(folder, 'secret/secret'), 'utf8'), secrets)
    t.strictSame(
      readdirSync(join(folder, 'secret'))
        .filter((name) => !name.startsWith('..'))
        .toSorted(),
      ['resource', 'secret'],
    )
  })

  t.test(
    'missing parameters are named, with the documented exit code, and the old files are kept',
    async (t) => {
      const file = join(folder, 'more')
      writeFileSync(
        file,
        formatAnnotationsFile([
          ...annotations,
          ['secret.bsycorp.com/api.token', 'kind=REFERENCE,type=PASSWORD'],
        ]),
      )
      const failed = run('init', [], { env: { ...initEnv, ANNOTATIONS_FILE: file } })
      t.equal(failed.status, 3)
      t.match(failed.stderr, '/api.token')
      t.equal(readFileSync(join(folder, 'secret/secret'), 'utf8'), secrets)
    },
  )

  t.test('a public key of another pair is refused', async (t) => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const spki = publicKey.export({ type: 'spki', format: 'der' }).toString('base64')
    t.equal(kees(['put', 'signingKey.v1_public', '--overwrite'], spki).status, 0)
    const failed = run('init', [], { env: initEnv })
    t.equal(failed.status, 1)
    t.match(failed.stderr, 'signingKey.v1_public')
    t.equal(readFileSync(join(folder, 'secret/secret'), 'utf8'), secrets)
  })
})

t.test('a store that cannot be reached is exit code 5', async (t) => {
  const env = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    KEES_STORE: 'ssm',
  }
  const created = run('kees', ['create', '-f', app], { env })
  t.equal(created.status, 5)
  t.match(created.stderr, /^error: /m)
  const folder = t.testdir({ annotations: formatAnnotationsFile(annotations) })
  mkdirSync(join(folder, 'secret'))
  const paths = { ANNOTATIONS_FILE: join(folder, 'annotations'), SECRETS_FILE: join(folder, 'secret/secret') }
  const init = run('init', [], {
    env: { ...env, ...paths, RESOURCES_FILE: join(folder, 'secret/r'), DEADLINE: '2s' },
  })
  t.equal(init.status, 5, init.stderr)
  t.strictSame(readdirSync(join(folder, 'secret')), [])
})
