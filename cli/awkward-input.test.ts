/** Every command that reads manifests, on what people name by mistake: one line, the exit code, nothing printed or made. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { ExitCode } from '../api/exit-code.ts'
import { fakeIo } from './fake-io.ts'
import { kees } from './kees.ts'

const app = 'apiVersion: v1\nkind: Pod\nmetadata: {name: app}\n'
const folder = t.testdir({
  none: { 'notes.txt': 'hi', sub: { 'app.yaml': app } },
  built: { 'app.yaml': app, 'kustomization.yaml': 'resources: [app.yaml]\n' },
  'empty.yaml': '',
  'values.yaml': 'apiVersion: v2\nname: app\n',
  'app.yaml': app,
  'large.yaml': app.replace('app}', `app, annotations: {secret.bsycorp.com/a: "${','.repeat(9000)}"}}`),
})
writeFileSync(join(folder, 'binary.yaml'), Buffer.from([0xff, 0x00, 0xfe]))

const commands: readonly string[][] = [
  ['inject', '-f'],
  ['export', '-f'],
  ['verify', '-f'],
  ['create', '-f'],
  ['status', '-f'],
  ['fetch', '--workload', 'Pod/app', '--out', join(folder, 'secret'), '-f'],
  ['diff', '/dev/null'],
]
const inputs: readonly (readonly [args: string[], exit: ExitCode, said: string, file?: string])[] = [
  [['none'], 1, 'there is no .yaml, .yml or .json file in none\n  hint: read its subfolders too by -R'],
  [['built'], 2, 'built must be built first\n  hint: kustomize build built | kees …'],
  [['empty.yaml'], 1, 'there is no Kubernetes object in empty.yaml'],
  [['values.yaml'], 1, 'there is no Kubernetes object in values.yaml'],
  [['-'], 1, 'there is no Kubernetes object in STDIN'],
  [
    ['binary.yaml'],
    1,
    'the manifest has a NUL byte, which YAML does not allow\n  hint: save it as UTF-8 text',
    'binary.yaml: ',
  ],
  [['absent.yaml'], 2, 'absent.yaml cannot be read: it does not exist (ENOENT)'],
  [
    ['app.yaml,empty.yaml'],
    2,
    'app.yaml,empty.yaml does not exist\n  hint: repeat -f for each file: kees takes no list',
  ],
  [
    ['https://example.com/app.yaml'],
    2,
    'https://example.com/app.yaml is a URL, and kees reads only files\n  hint: fetch it first: curl -fsS URL | kees … -f -',
  ],
  [['app.yaml', '--config', 'none'], 2, 'none cannot be read: it is a folder (EISDIR)'],
  [['app.yaml', '--policy', 'none'], 2, 'none cannot be read: it is a folder (EISDIR)'],
]
for (const command of commands) {
  for (const [args, exit, said, file = ''] of inputs) {
    t.test(`kees ${command[0] ?? ''} ${args.join(' ')}`, async (t) => {
      const path = (arg: string) => (/^[a-z]+[.a-z,]*$/.test(arg) ? join(folder, arg) : arg)
      const io = fakeIo('', { KEES_STORE: `file:${join(folder, 'store')}` })
      t.equal(await kees([...command, ...args.map(path)], io), exit)
      t.equal(io.said().replaceAll(`${folder}/`, ''), `${file}error: ${said}\n`)
      t.equal(io.printed(), '')
      t.notOk(['secret', 'store'].some((name) => existsSync(join(folder, name))))
    })
  }
}

for (const command of commands) {
  t.test(`kees ${command[0] ?? ''} rejects an annotation above the limits of api/bounds.ts`, async (t) => {
    const io = fakeIo('', { KEES_STORE: `file:${join(folder, 'store')}` })
    t.equal(await kees([...command, join(folder, 'large.yaml')], io), 1)
    t.match(io.said(), 'Pod/app annotation secret.bsycorp.com/a: the value has more than 8192 bytes\n')
    t.equal(
      io
        .said()
        .split('\n')
        .filter((line) => line.includes('annotation')).length,
      1,
    )
  })
}

t.test('a file in the place of the folder of a module', async (t) => {
  const io = fakeIo()
  const path = (name: string) => join(folder, name)
  t.equal(await kees(['export', '-f', path('app.yaml'), '--out', path('empty.yaml')], io), 6)
  t.equal(io.said().split('error: ').length, 2, 'once')
  t.match(io.said(), /^error: \S+\/empty\.yaml cannot be read: [^\n]* not a folder \(ENOTDIR\)\n$/m)
})
