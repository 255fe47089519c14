/** The examples of `--help` do what their titles describe, in a folder with the files that they name. */
import { chmodSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { fakeKubectl, healthyWorld } from './doctor/fixtures.ts'
import { fakeIo } from './fake-io.ts'
import { exampleImage } from './example-image.ts'
import { parseFlags } from './flags/flags.ts'
import { commands, kees } from './kees.ts'

const quickstart = readFileSync(
  join(import.meta.dirname, '../kustomize-examples/quickstart/app.yaml'),
  'utf8',
)
const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec: {rules: [{namespaces: ["*"], prefixes: ["/"], minBits: 64, maxPerPod: 9, maxNewPerHour: 9}]}
`

const exportConfig = 'apiVersion: kees.bsycorp.com/v1alpha1\nkind: ExportIAM\nspec: {}\n'

type Example = { readonly args: readonly string[]; readonly stdin?: string; readonly out?: string }

/** What IAM, CloudTrail or DescribeParameters is asked for; test/iam/audit.test.ts and test/manifests/prune.test.ts run it. */
const needsAws = / --(applied|trail)\b/

/** A cluster without faults, in which the pod of an example runs. */
const kubectl = fakeKubectl({
  ...healthyWorld(),
  pod: JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'shop', name: 'orders-5d9c7' },
    spec: { containers: [{ name: 'app' }] },
    status: { phase: 'Running' },
  }),
})

/** The call of kees in a line such as `x | kees … < FILE`. */
function read(line: string): Example {
  const call = line.split(' | ').find((part) => part.startsWith('kees ')) ?? ''
  const words = call.split(' ').slice(1)
  const redirect = words.findIndex((word) => word === '<' || word === '>')
  if (redirect < 0) return { args: words }
  const [sign, file = ''] = words.slice(redirect)
  return { args: words.slice(0, redirect), ...(sign === '<' ? { stdin: file } : { out: file }) }
}

const before = process.cwd()
t.teardown(() => process.chdir(before))
/** With what the examples name. Each command has a copy. */
const prepared = t.testdir({
  'manifest.yaml': '',
  'old.yaml': quickstart,
  'export-iam.yaml': exportConfig,
  old: { 'export-iam.yaml': exportConfig },
  manifests: {},
  terraform: {},
  'password.txt': 'fakepassword\n',
  ...Object.fromEntries(
    ['app.yaml', 'external-secret.yaml', 'secret-store.yaml', 'secret-provider-class.yaml'].map((name) => [
      name,
      readFileSync(join(import.meta.dirname, 'convert/testdata/example', name), 'utf8'),
    ]),
  ),
  // Of the worked example's password.
  'scan.json': JSON.stringify({
    Items: [{ secretName: { S: '/db.password' }, secretValue: { S: 'ZmFrZXBhc3N3b3Jk' } }],
  }),
  'storage-policy.yaml': policy,
  'inject-init.yaml': `apiVersion: kees.bsycorp.com/v1alpha1\nkind: InjectInit\nspec: {image: ${exampleImage}}\n`,
})
process.chdir(prepared)
const env = { KEES_STORE: 'file:./store' }
const inject = fakeIo(quickstart)
await kees(['inject', '-f', '-'], inject)
writeFileSync('manifest.yaml', inject.printed())
writeFileSync('manifests/app.yaml', inject.printed())
await kees(['export', '-f', 'manifest.yaml', '--out', 'terraform/prod'], fakeIo())
await kees(['create', '-f', 'manifest.yaml'], fakeIo('', env))
await kees(['put', 'db.password'], fakeIo('fakepassword', env))

for (const { name, examples, flags } of commands) {
  t.test(`kees ${name}`, async (t) => {
    t.ok(examples.length > 0)
    for (const [does, line] of examples) {
      const [command, ...args] = read(line).args
      t.equal(command, name, line)
      t.strictSame(parseFlags(args, flags).diagnostics, [], line)
      t.match(does, /^[A-Z].*[^.]$/)
    }
    const folder = t.testdir({})
    cpSync(prepared, folder, { recursive: true })
    // The copy of a folder does not have its mode.
    chmodSync(join(folder, 'store'), 0o700)
    process.chdir(folder)
    t.teardown(() => process.chdir(before))

    // A copy of Node is no quick test; test/repository/installed.test.ts makes one.
    const quick = name === 'install' ? [] : examples.filter(([, line]) => !needsAws.test(line))
    for (const [, line] of quick) {
      const { args, stdin } = read(line)
      const piped = args.some((arg) => arg === '-') ? pipedTo(args, inject.printed()) : ''
      const io = fakeIo(stdin === undefined ? piped : readFileSync(stdin), env, undefined, kubectl)
      t.equal(await kees(args, io), 0, `${line}\n${io.said()}`)
    }
  })
}

/** What is verified and injected was built before; the rest reads what is injected. */
function pipedTo([command]: readonly string[], injected: string): string {
  return command === 'inject' ? quickstart : injected
}

t.test('the image of the examples is one of the release', async (t) => {
  t.match(exampleImage, /^bsycorp\/kees-init:v\d+\.\d+\.\d+$/)
})
