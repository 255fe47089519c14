/** What the commands about access do with declarations that have from=secretsmanager. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const manifest = (...secrets: readonly string[]) => `apiVersion: v1
kind: Pod
metadata:
  name: app
  annotations:
    iam.amazonaws.com/role: app-role
    secret.bsycorp.com/a: kind=REFERENCE,type=PASSWORD
${secrets.map((name, index) => `    secret.bsycorp.com/s${index}: kind=REFERENCE,type=PASSWORD,from=secretsmanager,storageKey=${name}\n`).join('')}spec:
  containers: [{name: app}]
`

async function run(args: readonly string[], input = '') {
  const io = fakeIo(input)
  return { exit: await kees([...args], io), printed: io.printed(), said: io.said() }
}

t.test('kees diff shows who gains and who loses a secret', async (t) => {
  const folder = t.testdir({
    'old.yaml': manifest('rds!db', 'gone'),
    'new.yaml': manifest('rds!db', '/a'),
  })
  const [old, now] = ['old.yaml', 'new.yaml'].map((name) => join(folder, name))
  const { printed } = await run(['diff', old ?? '', now ?? ''])
  t.equal(
    printed,
    `WHO       CHANGE  PARAMETER    DECLARED BY
app-role  gains   secret /a    Pod/app
app-role  loses   secret gone  Pod/app
`,
  )
  const json = await run(['diff', old ?? '', now ?? '', '-o', 'json'])
  t.strictSame(JSON.parse(json.printed), [
    {
      key: 'app-role',
      role: 'app-role',
      gains: [{ secret: '/a', workloads: ['Pod/app'] }],
      loses: [{ secret: 'gone', workloads: ['Pod/app'] }],
    },
  ])
})

t.test('the access matrix has a line for each secret', async (t) => {
  const { printed } = await run(
    ['export', '--allow-uninjected', '-f', '-', '--format', 'markdown'],
    manifest('rds!db'),
  )
  t.match(printed, '| `app-role` | `/a` | Pod/app |\n| `app-role` | `secret rds!db` | Pod/app |\n')
})

t.test('a module is stale without the secret, or with one more', async (t) => {
  const folder = t.testdir({})
  const check = (text: string) => run(['export', '--allow-uninjected', '-f', '-', '--check', folder], text)
  const write = (text: string) => run(['export', '--allow-uninjected', '-f', '-', '--out', folder], text)
  t.equal((await write(manifest())).exit, 0)
  const before = readFileSync(join(folder, 'main.tf'), 'utf8')
  t.match(await check(manifest('rds!db')), { exit: 1, said: /does not grant "app-role": secret "rds!db"/ })
  t.equal((await write(manifest('rds!db'))).exit, 0)
  t.equal(readFileSync(join(folder, 'main.tf'), 'utf8'), before, 'main.tf is the same')
  t.match(await check(manifest('rds!db')), { exit: 0, said: '' })
  t.match(await check(manifest()), { exit: 1, said: /what is not declared by "app-role": secret "rds!db"/ })
  const policies = join(folder, 'policies.tf')
  writeFileSync(policies, readFileSync(policies, 'utf8').replaceAll('-??????', '-*'))
  t.match(await check(manifest('rds!db')), { exit: 1, said: /policies\.tf differs from what/ })
})

t.test('kmsKeys may name a secret, in the region of the module', async (t) => {
  const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
  const keys = `--kms-keys=[{secret: rds!db, arn: "${arn}"}]`
  const exported = (...more: readonly string[]) =>
    run(['export', '--allow-uninjected', '-f', '-', keys, ...more], manifest('rds!db'))
  t.match((await exported()).printed, `{ secret = "rds!db", arn = "${arn}" },`)
  t.match(await exported('--region', 'us-east-1'), {
    exit: 2,
    said: /Secrets Manager requires keys in the region of the secrets \(us-east-1\)/,
  })
})

t.test('kees create leaves them alone', async (t) => {
  const store = join(t.testdir({}), 'store')
  const io = fakeIo(manifest('rds!db'), { KEES_STORE: `file:${store}` })
  t.equal(await kees(['create', '-f', '-'], io), 0, io.said())
  t.notMatch(io.printed() + io.said(), 'rds!db')
})
