import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const pod = (name: string, namespace: string, ...annotations: readonly string[]) => `---
apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
  annotations:
    secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
${annotations.map((one) => `    ${one}\n`).join('')}spec:
  containers: [{name: app}]
`
const resource = 'resource.bsycorp.com/db.host: ""'

/** A folder to write to, beside a store with values. */
async function makePlace(
  t: Test,
  values: Readonly<Record<string, string>> = { 'db.password': "fake'password", 'db.host': 'db.example' },
) {
  const folder = t.testdir({ out: {} })
  const env = { KEES_STORE: `file:${join(folder, 'store')}` }
  for (const [name, value] of Object.entries(values)) await kees(['put', name], fakeIo(value, env))
  const path = (name: string) => join(folder, 'out', name)
  const fetch = async (source: string, ...args: readonly string[]) => {
    const io = fakeIo(source, env)
    const exit = await kees(['fetch', '-f', '-', ...args], io)
    t.notMatch(io.said() + io.printed(), /fake'password|db\.example/, 'no value is shown')
    return { exit, said: io.said(), printed: io.printed() }
  }
  return { path, fetch }
}

t.test('the file has the content that init writes, and mode 0600', async (t) => {
  const { path, fetch } = await makePlace(t)
  const umask = process.umask(0)
  t.teardown(() => process.umask(umask))
  writeFileSync(path('secret'), 'old', { mode: 0o644 })
  const args = ['--workload', 'pod/app', '--out', path('secret'), '--resources-out', path('resource')]
  const told = await fetch(pod('app', 'shop', resource), ...args)
  t.strictSame([told.exit, told.said], [0, ''])
  t.match(
    told.printed,
    /^DECLARATION +PARAMETER +FILE\nsecret\.bsycorp\.com\/db\.password +\/db\.password +\//,
  )
  const json = await fetch(pod('app', 'shop', resource), ...args, '--output', 'json')
  t.match(JSON.parse(json.printed), [
    { declaration: 'secret.bsycorp.com/db.password', parameter: '/db.password', file: path('secret') },
    { declaration: 'resource.bsycorp.com/db.host', parameter: '/db.host', file: path('resource') },
  ])
  t.equal(readFileSync(path('secret'), 'utf8'), "db.password=fake'password\n")
  t.equal(readFileSync(path('resource'), 'utf8'), 'db.host=db.example\n')
  for (const file of ['secret', 'resource']) t.equal(statSync(path(file)).mode & 0o777, 0o600)
})

t.test('the format is that of the pod, unless --format selects another', async (t) => {
  const { path, fetch } = await makePlace(t)
  const source = pod('app', 'shop', 'init.bsycorp.com/format: json')
  const args = ['--workload', 'Pod/app', '--out', path('secret')]
  t.equal((await fetch(source, ...args)).exit, 0)
  t.strictSame(JSON.parse(readFileSync(path('secret'), 'utf8')), { 'db.password': "fake'password" })
  const dotenv = await fetch(source, ...args, '--format', 'dotenv')
  t.equal(dotenv.exit, 0)
  t.equal(readFileSync(path('secret'), 'utf8'), 'DB_PASSWORD="fake\'password"\n')
  t.match(
    dotenv.said,
    /^warning: annotation secret\.bsycorp\.com\/db\.password: the value is in quotes, which docker run/,
  )
  t.equal((await fetch(source, ...args, '--format', 'shell')).said, '', 'no such warning for a shell')
  t.equal(readFileSync(path('secret'), 'utf8'), "DB_PASSWORD='fake'\\''password'\n")
  const folder = path('folder')
  t.equal((await fetch(source, '--workload', 'Pod/app', '--out', folder, '--format', 'files')).exit, 0)
  t.strictSame(shown(folder), ['db.password'])
  t.equal(statSync(folder).mode & 0o777, 0o700)
  t.equal(statSync(join(folder, 'db.password')).mode & 0o777, 0o600)
})

t.test('a folder contains a file for each declaration, and keeps the files of others', async (t) => {
  const { path, fetch } = await makePlace(t)
  const folder = path('folder')
  const host = 'secret.bsycorp.com/db.host: "kind=REFERENCE,type=PASSWORD"'
  const args = ['--workload', 'Pod/app', '--out', folder, '--format', 'files']
  t.equal((await fetch(pod('app', 'shop', host), ...args)).exit, 0)
  t.strictSame(shown(folder), ['db.host', 'db.password'])
  writeFileSync(join(folder, 'notes'), 'mine')
  t.equal((await fetch(pod('app', 'shop'), ...args)).exit, 0)
  t.strictSame(shown(folder), ['db.password', 'notes'])
  t.equal(readFileSync(join(folder, 'db.password'), 'utf8'), "fake'password")
  t.equal(readdirSync(folder).filter((name) => /^\.\.\d/.test(name)).length, 1, 'one version')

  writeFileSync(join(folder, 'db.host'), 'mine')
  const refused = await fetch(pod('app', 'shop', host), ...args)
  t.equal(refused.exit, 6)
  t.match(refused.said, /folder\/db\.host.* exists and is not a link that kees created/)
  t.equal(readFileSync(join(folder, 'db.host'), 'utf8'), 'mine')
})

t.test('a flag for which nothing is declared is a warning', async (t) => {
  const { path, fetch } = await makePlace(t)
  const args = ['--workload', 'Pod/app', '--out', path('secret'), '--resources-out', path('resource')]
  const { exit, said } = await fetch(pod('app', 'shop'), ...args)
  t.strictSame(
    [exit, said],
    [0, `warning: the workload declares no resources: ${path('resource')} is not changed\n`],
  )
})

t.test('declared resources without --resources-out are a warning', async (t) => {
  const { path, fetch } = await makePlace(t)
  const { exit, said } = await fetch(
    pod('app', 'shop', resource),
    '--workload',
    'Pod/app',
    '--out',
    path('secret'),
  )
  t.equal(exit, 0)
  t.match(said, /^warning: the workload declares resources, which are not fetched without --resources-out\n$/)
})

t.test('if a parameter is missing, it is named and nothing is written', async (t) => {
  const { path, fetch } = await makePlace(t, { 'db.host': 'db.example' })
  const source = pod(
    'app',
    'shop',
    resource,
    'secret.bsycorp.com/token: "kind=DYNAMIC,type=PASSWORD,size=64"',
  )
  const args = ['--workload', 'Pod/app', '--out', path('secret'), '--resources-out', path('resource')]
  const { exit, said } = await fetch(source, ...args)
  t.equal(exit, 3)
  for (const name of ['db.password', 'token'])
    t.match(
      said,
      `error: annotation secret.bsycorp.com/${name}: parameter /${name} does not exist\n  hint: run kees create for DYNAMIC`,
    )
  t.strictSame(readdirSync(path('')), [])
})

/** What ls shows of a folder. */
function shown(folder: string): string[] {
  return readdirSync(folder).filter((name) => !name.startsWith('.'))
}

type Case = readonly [
  title: string,
  source: string,
  args: (path: (name: string) => string) => string[],
  exit: number,
  said: RegExp,
]
const two = pod('app', 'shop') + pod('app', 'test')
const refused: readonly Case[] = [
  ['no workload', two, (path) => ['--out', path('x')], 2, /--workload is missing: KIND\/NAME/],
  ['no file', two, () => ['--workload', 'Pod/app'], 2, /--out is missing/],
  [
    'one file for both',
    two,
    (path) => ['--workload', 'Pod/app', '--out', path('x'), '--resources-out', path('../out/x')],
    2,
    /are the same file/,
  ],
  [
    'an unknown format',
    two,
    (path) => ['--workload', 'Pod/shop/app', '--out', path('x'), '--format', 'toml'],
    2,
    /--format is not known: allowed are properties/,
  ],
  [
    'a workload that is not there',
    two,
    (path) => ['--workload', 'Job/app', '--out', path('x')],
    2,
    /"Job\/app" is not in the manifests, or declares nothing: there is Pod\/shop\/app, Pod\/test\/app/,
  ],
  [
    'a name that two have',
    two,
    (path) => ['--workload', 'Pod/app', '--out', path('x')],
    2,
    /"Pod\/app" may be Pod\/shop\/app or Pod\/test\/app\n {2}hint: write KIND\/NAMESPACE\/NAME/,
  ],
  [
    'an error in it',
    pod('app', 'shop', 'secret.bsycorp.com/x: kind=DYNAMIC'),
    (path) => ['--workload', 'Pod/app', '--out', path('x')],
    1,
    /^\S+:\d+:\d+: error: Pod\/shop\/app annotation secret\.bsycorp\.com\/x/,
  ],
  [
    'a value that the format cannot hold',
    pod(
      'app',
      'shop',
      'secret.bsycorp.com/db-password: "kind=REFERENCE,type=PASSWORD,storageKey=db.password"',
      'init.bsycorp.com/format: dotenv',
    ),
    (path) => ['--workload', 'Pod/app', '--out', path('x')],
    1,
    /becomes DB_PASSWORD/,
  ],
  [
    'a folder in place of the file',
    pod('app', 'shop'),
    (path) => {
      mkdirSync(path('x'))
      return ['--workload', 'Pod/app', '--out', path('x')]
    },
    6,
    /it is not a file/,
  ],
]
for (const [title, source, args, exit, said] of refused) {
  t.test(`${title}: exit code ${exit}, and nothing is written`, async (t) => {
    const { path, fetch } = await makePlace(t)
    const given = args(path)
    const before = readdirSync(path(''))
    const result = await fetch(source, ...given)
    t.equal(result.exit, exit)
    t.match(result.said, said)
    t.strictSame(readdirSync(path('')), before)
  })
}

t.test('errors in other workloads are ignored', async (t) => {
  const { path, fetch } = await makePlace(t)
  const source = two + pod('wrong', 'shop', 'secret.bsycorp.com/x: kind=DYNAMIC')
  t.match(await fetch(source, '--workload', 'Pod/test/app', '--out', path('secret')), { exit: 0, said: '' })
})

await t.test('files, variables and compositions are written where the flags say', async (t) => {
  const { path, fetch } = await makePlace(t, {
    db: '{"password":"p@ss word","key":"AP8="}',
    'db.password': "fake'password",
  })
  const text = (name: string, attributes: string) =>
    `secret.bsycorp.com/${name}: "kind=REFERENCE,type=TEXT,storageKey=db,${attributes}"`
  const source = pod(
    'app',
    'shop',
    text('password', 'jsonKey=password,env=DB_PASSWORD'),
    text('key', 'jsonKey=key,decode=base64,file=tls/key,mode=0444'),
    text('part', 'jsonKey=password,deliver=none'),
    'compose.bsycorp.com/url: "env=DB_URL,text=postgres://app:$(part:url)@db"',
    'compose.bsycorp.com/line: "text=is $(part)"',
    'resource.bsycorp.com/absent: "optional=true,env=ABSENT"',
  )
  const args = ['--workload', 'Pod/app', '--out', path('secret'), '--env-out', path('app.env')]
  const { exit, said, printed } = await fetch(source, ...args)
  t.equal(exit, 0, said)
  t.equal(
    said,
    'warning: annotation resource.bsycorp.com/absent: the optional value does not exist and is left out\n',
  )
  t.equal(readFileSync(path('secret'), 'utf8'), "db.password=fake'password\nline=is p@ss word\n")
  t.equal(
    readFileSync(path('app.env'), 'utf8'),
    "DB_PASSWORD='p@ss word'\nDB_URL='postgres://app:p%40ss%20word@db'\n",
  )
  t.strictSame(readFileSync(path('tls/key')), Buffer.from([0, 255]))
  for (const file of ['secret', 'app.env', 'tls/key']) t.equal(statSync(path(file)).mode & 0o777, 0o600)
  t.match(printed, /compose\.bsycorp\.com\/url +\S+app\.env\n/)
  t.notMatch(printed, /part|absent/)

  const some = await fetch(source, '--workload', 'Pod/app', '--env-out', path('other.env'))
  t.strictSame(
    [some.exit, some.said.split('\n')[0]],
    [0, 'warning: the workload declares secrets, which are not fetched without --out'],
  )
})

await t.test('a variable that two containers have, each its own, needs --container', async (t) => {
  const { path, fetch } = await makePlace(t, { a: 'one', b: 'two', 'db.password': 'x' })
  const source = pod(
    'app',
    'shop',
    'secret.bsycorp.com/a: "kind=REFERENCE,type=TEXT,env=TOKEN,containers=app"',
    'secret.bsycorp.com/b: "kind=REFERENCE,type=TEXT,env=TOKEN,containers=other"',
  ).replace('[{name: app}]', '[{name: app}, {name: other}]')
  const args = ['--workload', 'Pod/app', '--env-out', path('env')]
  t.match(await fetch(source, ...args), {
    exit: 2,
    said: /variable TOKEN is declared by secret\.bsycorp\.com\/a and by secret\.bsycorp\.com\/b, for different containers/,
  })
  t.equal((await fetch(source, ...args, '--container', 'other')).exit, 0)
  t.equal(readFileSync(path('env'), 'utf8'), "TOKEN='two'\n")
  t.match(await fetch(source, '--workload', 'Pod/app', '--out', path('s'), '--container', 'other'), {
    exit: 2,
  })
})

await t.test('--container selects a container of the pod, and what it gets there', async (t) => {
  const { path, fetch } = await makePlace(t, { a: 'one', b: 'two', 'db.password': 'x' })
  const source = pod(
    'app',
    'shop',
    'init.bsycorp.com/containers: app',
    'secret.bsycorp.com/a: "kind=REFERENCE,type=TEXT,env=FOR_MOUNTED"',
    'secret.bsycorp.com/b: "kind=REFERENCE,type=TEXT,env=FOR_SIDE,containers=side"',
  ).replace('[{name: app}]', '[{name: app}, {name: side}, {name: other}]')
  const args = (container: string) => [
    '--workload=Pod/app',
    `--env-out=${path(container)}`,
    `--container=${container}`,
  ]
  t.strictSame(await fetch(source, ...args('sid')), {
    exit: 2,
    said: 'error: flag --container: "sid" is not in the pod: the pod has app, side, other\n  hint: did you mean "side"?\n',
    printed: '',
  })
  for (const [container, content] of [
    ['app', "FOR_MOUNTED='one'\n"],
    ['side', "FOR_SIDE='two'\n"],
  ] as const) {
    t.equal((await fetch(source, ...args(container))).exit, 0)
    t.equal(readFileSync(path(container), 'utf8'), content, container)
  }
  t.match(await fetch(source, ...args('other')), {
    exit: 0,
    said: /warning: container "other" gets no environment variables\n$/,
  })
  t.strictSame(readdirSync(path('')), ['app', 'side'])

  const inject = async (text: string) => {
    const io = fakeIo(text)
    await kees(['inject', '--min-kubelet', '1.35', '--containers', 'app', '-f', '-'], io)
    return io.printed()
  }
  const injected = await inject(source.replace(/ +init\.bsycorp\.com\/containers: app\n/, ''))
  t.match(await fetch(injected, ...args('init-container')), { exit: 2, said: /the pod has app, side, other/ })
  t.equal((await fetch(injected, ...args('side'))).exit, 0)
  t.equal(readFileSync(path('side'), 'utf8'), "FOR_SIDE='two'\n", 'the record has the option containers')
})

await t.test('a file of a declaration is not that of a flag', async (t) => {
  const { path, fetch } = await makePlace(t, { a: 'one', 'db.password': 'x' })
  const source = pod('app', 'shop', 'secret.bsycorp.com/a: "kind=REFERENCE,type=TEXT,file=app.txt"')
  t.match(await fetch(source, '--workload', 'Pod/app', '--out', path('app.txt')), {
    exit: 2,
    said: /flag --out is the path of the file of secret\.bsycorp\.com\/a/,
  })
})

await t.test('values are not printed', async (t) => {
  const io = fakeIo('')
  t.equal(await kees(['fetch', '-f', '-', '--workload', 'Deployment/app', '--out', '-'], io), 2)
  t.match(io.said(), 'error: values are not printed: flags --out, --resources-out and --env-out take files')
})
