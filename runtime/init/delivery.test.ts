/** What init delivers, and that it is all or nothing over all files. */
import { readlink, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { runInit } from './fixtures.ts'

const reference = 'kind=REFERENCE,type=TEXT'
const all = {
  'secret.bsycorp.com/db.password': `${reference},storageKey=db,jsonKey=password,env=DB_PASSWORD`,
  'secret.bsycorp.com/db.user': `${reference},storageKey=db,jsonKey=user`,
  'secret.bsycorp.com/keystore': `${reference},decode=base64,file=tls/app.p12,mode=0400`,
  'resource.bsycorp.com/ca': 'file=tls/ca.pem',
  'compose.bsycorp.com/url': 'env=DB_URL,text=postgres://$(db.user:url):$(db.password:url)@db/orders',
}
const stored = { '/db': '{"user":"app","password":"p@ss word"}', '/keystore': 'AP8=', '/ca': 'PEM\n' }

t.test('lines, files with their modes, and variables', async (t) => {
  const { exit, secret, resource, read, modeOf, log } = await runInit(t, { annotations: all, stored })
  t.equal(exit, 0, JSON.stringify(log))
  t.equal(secret, 'db.user=app\n')
  t.equal(resource, undefined, 'no resource is a line')
  t.equal(await read('secret/tls/ca.pem'), 'PEM\n')
  t.equal((await stat(join(t.testdirName, 'secret/tls/app.p12'))).size, 2)
  t.equal(
    await read('env/env'),
    "compose.url='postgres://app:p%40ss%20word@db/orders'\nsecret.db.password='p@ss word'\n",
  )
  t.strictSame(
    [
      await modeOf('secret/secret'),
      await modeOf('secret/tls/app.p12'),
      await modeOf('secret/tls/ca.pem'),
      await modeOf('env/env'),
    ],
    [0o444, 0o400, 0o444, 0o400],
  )
})

t.test('optional values that do not exist are left out, with a warning', async (t) => {
  const annotations = {
    'secret.bsycorp.com/a': `${reference},optional=true`,
    'secret.bsycorp.com/b': `${reference},optional=true,env=B`,
    'secret.bsycorp.com/c': `${reference},optional=true,file=c`,
    'resource.bsycorp.com/d': 'default=fallback',
    'compose.bsycorp.com/e': 'file=e,text=$(a)$(d)',
  }
  const { exit, secret, resource, read, log } = await runInit(t, { annotations })
  t.equal(exit, 0)
  t.equal(secret, '', 'the file of the lines is there, and empty')
  t.equal(resource, 'd=fallback\n')
  t.equal(await read('env/env'), '', 'the file of the variables too')
  t.equal(await read('secret/c'), undefined)
  t.equal(await read('secret/e'), undefined)
  t.match(
    log.filter((line) => JSON.stringify(line).includes('left out')),
    [
      { level: 'warn', annotation: 'secret.bsycorp.com/a', parameter: '/a' },
      { annotation: 'secret.bsycorp.com/b' },
      { annotation: 'secret.bsycorp.com/c' },
      { annotation: 'compose.bsycorp.com/e' },
    ],
  )
})

t.test('with variables alone, nothing is written to the folder of the secrets', async (t) => {
  const annotations = { 'secret.bsycorp.com/a': `${reference},env=A` }
  const { secret, read } = await runInit(t, { annotations, stored: { '/a': 'x' } })
  t.equal(secret, undefined)
  t.equal(await read('env/env'), "secret.a='x'\n")
  await t.rejects(readlink(join(t.testdirName, 'secret/..data')))
})

const one = (attributes: string) => ({ 'secret.bsycorp.com/a': `${reference},${attributes}` })
const refused: readonly (readonly [title: string, attributes: string, value: string, message: RegExp])[] = [
  [
    'a single quote in a variable',
    'env=A',
    "hunter2's",
    /the value of parameter \/a contains a single quote, which the kubelet/,
  ],
  [
    'an empty variable',
    'env=A,jsonKey=k',
    '{"k":"","x":"hunter2"}',
    /parameter \/a \(jsonKey "k"\) is empty, which the kubelet takes for missing/,
  ],
  [
    'bytes in a variable',
    'env=A,decode=base64',
    'AP8=',
    /is not UTF-8 text once it is decoded, so it cannot be a variable/,
  ],
  [
    'bytes in a line',
    'decode=base64',
    'AP8=',
    /is not UTF-8 text once it is decoded, which the format properties cannot represent/,
  ],
  [
    'a NUL character from base64 in a line',
    'decode=base64',
    'YQBi',
    /contains a NUL character once it is decoded/,
  ],
]
for (const [title, attributes, value, message] of refused)
  t.test(`refused by name, and nothing is written: ${title}`, async (t) => {
    const annotations = {
      ...one(attributes),
      'secret.bsycorp.com/b': reference,
      'secret.bsycorp.com/c': `${reference},env=C`,
    }
    const run = await runInit(t, { annotations, stored: { '/a': value, '/b': 'b', '/c': 'c' } })
    t.equal(run.exit, 1)
    t.match(run.message, message)
    t.match(run.message, 'annotation secret.bsycorp.com/a')
    t.notMatch(run.message + JSON.stringify(run.log), 'hunter2')
    t.strictSame([run.secret, await run.read('env/env')], [undefined, undefined])
  })

t.test('a text that cannot be delivered names the parameters of its values', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
  const annotations = {
    ...Object.fromEntries(names.map((name) => [`secret.bsycorp.com/${name}`, `${reference},deliver=none`])),
    'compose.bsycorp.com/two': 'env=TWO,text=$(a)$(b)$(a)',
    'compose.bsycorp.com/all': `env=ALL,text=${names.map((name) => `$(${name})`).join('')}`,
  }
  const quoted = Object.fromEntries(names.map((name) => [`/${name}`, "hunter2's"]))
  const { exit, message } = await runInit(t, { annotations, stored: quoted })
  t.equal(exit, 1)
  t.match(
    message,
    'annotation compose.bsycorp.com/two: the text composed of the value of parameter /a and the value of parameter /b contains a single quote',
  )
  t.match(message, /compose\.bsycorp\.com\/all: .* \/e and 2 more contains a single quote/)
  t.notMatch(message, 'hunter2')
})

t.test('in the format files, bytes are a file like the others', async (t) => {
  const run = await runInit(t, {
    annotations: one('decode=base64'),
    stored: { '/a': 'AP8=' },
    env: { FORMAT: 'files' },
  })
  t.equal(run.exit, 0)
  t.equal((await stat(join(t.testdirName, 'secret/secret/a'))).size, 2)
})

t.test('a newer contract than that of this image is exit code 2', async (t) => {
  const run = await runInit(t, { annotations: one('env=A'), stored: { '/a': 'x' }, env: { CONTRACT: '3' } })
  t.equal(run.exit, 2)
  t.match(run.message, /CONTRACT "3" is newer than this image of init/)
  const own = await runInit(t, { annotations: one('env=A'), stored: { '/a': 'x' }, env: { CONTRACT: '2' } })
  t.equal(own.exit, 0)
})

t.test('where one folder cannot be written, the others stay as they are', async (t) => {
  const run = await runInit(t, {
    annotations: { ...one('env=A'), 'secret.bsycorp.com/b': reference },
    stored: { '/a': 'x', '/b': 'y' },
    env: { SECRETS_FILE: '/proc/secret' },
  })
  t.equal(run.exit, 6)
  t.equal(await run.read('env/env'), undefined)
})

t.test('more is delivered of a value than fits into the memory: refused by name', async (t) => {
  const annotations = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [
      `secret.bsycorp.com/a${index}`,
      `${reference},storageKey=a,file=f${index}`,
    ]),
  )
  const run = await runInit(
    t,
    { annotations, stored: { '/a': 'x'.repeat(8000) } },
    { memoryLimit: 20 * 2 ** 20 },
  )
  t.equal(run.exit, 2)
  t.match(run.message, /the values take more than 0\.4 MiB/)
  const few = await runInit(
    t,
    { annotations: one('file=a'), stored: { '/a': 'x' } },
    { memoryLimit: 20 * 2 ** 20 },
  )
  t.equal(few.exit, 0)
})

t.test('the startup probe of the sidecar waits for every folder', async (t) => {
  const annotations = { ...one('env=A'), 'secret.bsycorp.com/b': `${reference},optional=true,file=b` }
  const check = await runInit(t, { annotations, args: ['--check'] })
  t.equal(check.exit, 6)
  t.match(check.log, [{ missing: [/env\/env$/, /secret\/b$/] }])
})
