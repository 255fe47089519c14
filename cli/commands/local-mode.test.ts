/** Pods in local mode, whose values are in no store and which everybody can compute, in each command. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const pod = (name: string, ...annotations: readonly string[]) => `---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: shop
  annotations:
    secret.bsycorp.com/db.password: "kind=DYNAMIC,type=PASSWORD,size=128"
${annotations.map((one) => `    ${one}\n`).join('')}spec:
  containers: [{name: app}]
`
const mode = 'init.bsycorp.com/local-mode: "true"'
const local = pod('local', mode)
const stored = pod('stored', 'resource.bsycorp.com/host: "optional=true"')

async function run(t: Test, args: readonly string[], input = local) {
  const folder = t.testdir()
  mkdirSync(join(folder, 'store'), { mode: 0o700 })
  const io = fakeIo(input, { KEES_STORE: `file:${join(folder, 'store')}` })
  const exit = await kees([...args, '-f', '-'], io)
  return { exit, said: io.said(), printed: io.printed(), folder }
}

t.test('fetch --store local: writes the values that the pod has, and opens no store', async (t) => {
  const out = join(t.testdir(), 'secrets')
  const io = fakeIo(local + stored, { KEES_STORE: 'ssm', AWS_REGION: 'no region' })
  const fetch = async (workload: string) =>
    await kees(['fetch', '--store', 'local:', '--workload', workload, '--out', out, '-f', '-'], io)
  t.equal(await fetch('Pod/local'), 0)
  t.equal(readFileSync(out, 'utf8'), 'db.password=CYSBHmNDvxNGJPvH\n')
  t.equal(io.said(), 'warning: local mode: everybody can compute these values\n')
  const other = fakeIo(local + stored)
  const args = ['--workload', 'Pod/stored', '--out', out, '--resources-out', `${out}-resources`]
  t.equal(await kees(['fetch', '--store', 'local:', ...args, '-f', '-'], other), 0, 'of any workload')
  t.match(other.said(), /the optional value does not exist and is left out/)
})

t.test('without it, fetch refuses a workload in local mode; no other command has that store', async (t) => {
  const refused = await run(t, ['fetch', '--workload', 'Pod/local', '--out', 'none'])
  t.strictSame(
    [refused.exit, refused.said],
    [
      2,
      'error: flag --workload: Pod/shop/local is in local mode: its values are in no store\n  hint: set --store local:\n',
    ],
  )
  const status = await run(t, ['status', '--store', 'local:'])
  t.strictSame(
    [status.exit, status.said],
    [2, 'error: flag --store "local:" is not a store: allowed are ssm and file:<folder>\n'],
  )
  t.notOk(existsSync('none'))
})

t.test('fetch names a value that local mode does not have', async (t) => {
  const out = join(t.testdir(), 'secrets')
  const io = fakeIo(pod('app', 'secret.bsycorp.com/cert: "kind=REFERENCE,type=TEXT"'))
  t.equal(await kees(['fetch', '--store', 'local:', '--workload', 'Pod/app', '--out', out, '-f', '-'], io), 1)
  t.match(io.said(), /error: annotation secret\.bsycorp\.com\/cert: attribute "localValue" is missing\n/)
  t.notOk(existsSync(out))
})

t.test('status shows local, and create creates nothing', async (t) => {
  const { exit, printed } = await run(t, ['status'], local + stored)
  t.strictSame(
    [exit, printed.split('\n').map((line) => line.replace(/ +/g, ' '))],
    [
      3,
      [
        'WORKLOAD DECLARATION KIND PARAMETER STATUS',
        'Pod/shop/local secret.bsycorp.com/db.password DYNAMIC /db.password local',
        'Pod/shop/stored secret.bsycorp.com/db.password DYNAMIC /db.password missing',
        'Pod/shop/stored resource.bsycorp.com/host resource /host absent (optional)',
        '',
      ],
    ],
  )
  t.equal((await run(t, ['status'])).exit, 0)
  const created = await run(t, ['create'])
  t.strictSame([created.exit, readdirSync(join(created.folder, 'store'))], [0, []])
  t.equal(created.printed, 'there is nothing to create\n')
  t.equal(
    created.said,
    'STDIN:9:5: warning: Pod/shop/local annotation init.bsycorp.com/local-mode: the pod is in local mode, in which it reads no store: nothing is created for it\n',
  )
})

t.test('status, create and import need no store where all pods are in local mode', async (t) => {
  const folder = t.testdir({ 'manifest.yaml': local })
  const noRegion = { AWS_REGION: 'no region' }
  for (const [command, values, printed] of [
    [['status', '--keys'], '', / local\n/],
    [['create'], '', /^there is nothing to create\n/],
    [['import'], '{"db.password": "x"}', /^there is nothing to store\n/],
  ] as const) {
    const io = fakeIo(values, noRegion)
    const file = join(folder, 'manifest.yaml')
    t.equal(await kees([...command, '-f', file], io), 0, io.said())
    t.match(io.printed(), printed)
    const wrong = fakeIo(values, noRegion)
    t.equal(await kees([...command, '-f', file, '--store', 'none'], wrong), 2, 'a wrong flag is an error')
  }
  const mixed = fakeIo(local + stored, noRegion)
  t.equal(await kees(['status', '-f', '-'], mixed), 2)
  t.match(mixed.said(), /error: AWS_REGION/)
})

t.test('doctor needs neither a region nor credentials for pods that are all in local mode', async (t) => {
  const doctor = async (input: string, ...flags: readonly string[]) => {
    const io = fakeIo(input, { AWS_REGION: 'no region' })
    const exit = await kees(['doctor', '--no-cluster', '-f', '-', ...flags], io)
    return { exit, printed: io.printed() }
  }
  const other = 'apiVersion: v1\nkind: Pod\nmetadata: {name: other}\nspec: {containers: [{name: app}]}\n'
  const alone = await doctor(`${other}${local}`)
  t.equal(alone.exit, 0)
  t.match(alone.printed, /store +ok +not needed: the pods are in local mode, which needs no region/i)
  t.equal((await doctor(local + stored)).exit, 2)
  t.equal((await doctor(local, '--store', 'none')).exit, 2, 'a wrong flag is an error')
})

t.test('a value that only pods in local mode declare is not stored', async (t) => {
  const folder = t.testdir({ 'manifest.yaml': local })
  const file = join(folder, 'manifest.yaml')
  const env = { KEES_STORE: `file:${join(folder, 'store')}` }
  const put = fakeIo('fakepassword', env)
  t.equal(await kees(['put', '/db.password', '-f', file], put), 1)
  t.match(
    put.said(),
    /no declaration in the manifests reads the newest version of parameter \/db\.password: each pod that declares it is in local mode, in which it reads no store: Pod\/shop\/local\n/,
  )
  const imported = fakeIo('{"db.password":"fakepassword"}', env)
  t.equal(await kees(['import', '-f', file], imported), 0)
  t.match(
    imported.said(),
    /manifest\.yaml:9:5: warning: Pod\/shop\/local annotation init\.bsycorp\.com\/local-mode: the pod is in local mode, in which it reads no store: the value of \/db\.password is not stored\n$/,
  )
  t.notMatch(imported.said(), /do not declare/)
})

t.test('the policy leaves pods in local mode out, with a warning; diff shows what they lose', async (t) => {
  const warning =
    'STDIN:9:5: warning: Pod/shop/local annotation init.bsycorp.com/local-mode: the pod is in local mode, in which it reads no store: it gets no policy\n'
  const exported = await run(t, ['export', '--allow-uninjected'])
  t.strictSame([exported.exit, exported.said], [0, warning])
  t.notMatch(exported.printed, /db\.password/)
  const strict = await run(t, ['export', '--allow-uninjected', '--strict'])
  t.equal(strict.exit, 1)
  const folder = t.testdir({ 'old.yaml': pod('local'), 'new.yaml': local })
  const io = fakeIo('')
  t.equal(await kees(['diff', join(folder, 'old.yaml'), join(folder, 'new.yaml')], io), 0)
  t.match(io.printed(), /\/db\.password/)
})
