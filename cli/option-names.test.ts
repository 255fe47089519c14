/** What messages call an option is what the user typed, or would type. */
import { join } from 'node:path'
import t from 'tap'
import { fakeIo } from './fake-io.ts'
import { kees } from './kees.ts'

const app = (metadata: string, annotations: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: app${metadata}}
spec:
  template:
    metadata:
      annotations: {${annotations}}
    spec: {containers: [{name: app}]}
`
const plain = app('', 'secret.bsycorp.com/x: "kind=DYNAMIC,type=PASSWORD,size=128"')
const cron = plain.replace('apps/v1', 'example.com/v1').replace('Deployment', 'Batch')
const policy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec: {rules: [{namespaces: ["*"], prefixes: ["/{namespace}"], minBits: 64, maxPerPod: 9, maxNewPerHour: 9}]}
`
const config = (kind: string, spec: string) =>
  `apiVersion: kees.bsycorp.com/v1alpha1\nkind: ${kind}\nspec: {${spec}}\n`

type Row = readonly [title: string, args: string[], file: string | undefined, source: string, said: RegExp]
const rows: readonly Row[] = [
  [
    'a flag',
    ['inject', '--size-limit', 'big'],
    undefined,
    plain,
    /^error: flag --size-limit "big" must be a quant/,
  ],
  [
    'an option of the file',
    ['inject'],
    config('InjectInit', 'sizeLimit: big'),
    plain,
    /^error: \S+\/config\.yaml: option sizeLimit "big" must be a quantity/,
  ],
  [
    'a flag that wins over the file',
    ['inject', '--size-limit', 'big'],
    config('InjectInit', 'sizeLimit: 1Mi'),
    plain,
    /^error: flag --size-limit "big" must be a quantity/,
  ],
  [
    'an unknown option of the file',
    ['inject'],
    config('InjectInit', 'sizeLimt: 1Mi'),
    plain,
    /^error: \S+\/config\.yaml: option "sizeLimt" is not known: .*\n {2}hint: did you mean "sizeLimit"\?/,
  ],
  [
    'two that contradict each other, of which one was not given',
    ['inject', '--secret-volume-name', 'annotations'],
    undefined,
    plain,
    /^error: flag --secret-volume-name and flag --annotations-volume-name must differ\n$/,
  ],
  [
    'what allows it is a flag',
    ['export'],
    undefined,
    plain,
    /not injected\n {2}hint: .*, or set flag --allow-uninjected$/m,
  ],
  ['what gives a role is a flag', ['diff'], undefined, plain, /has no role: neither flag --roles, nor its/],
  [
    'or is in the file',
    ['diff'],
    config('ExportIAM', 'account: "111122223333", roles: [{namespace: a, serviceAccount: app, role: r}]'),
    plain,
    /has no namespace, so no entry of \S+\/config\.yaml: option roles is for it\n {2}hint: set flag --namespace/,
  ],
  ['what lists a kind is a flag', ['status'], undefined, cron, /list the kind under flag --pod-templates$/m],
  [
    'a flag of another command is an option of a file here',
    ['verify', '--iam', '.'],
    undefined,
    plain,
    /has no role: neither option roles of --config, nor its/,
  ],
]
for (const [title, [command = '', ...args], file, source, said] of rows) {
  await t.test(title, async (t) => {
    const folder = t.testdir({ 'config.yaml': file ?? '', 'app.yaml': source })
    const input = command === 'diff' ? ['/dev/null', '-'] : ['-f', '-']
    const given = file === undefined ? [] : ['--config', join(folder, 'config.yaml')]
    const io = fakeIo(source, { KEES_STORE: `file:${folder}/store` })
    await kees([command, ...input, ...args, ...given], io)
    t.match(io.said(), said)
    t.notMatch(io.said(), 'option allowUninjected')
  })
}

await t.test('the StoragePolicy is named by the flag that takes its file', async (t) => {
  const folder = t.testdir({ 'policy.yaml': policy })
  const io = fakeIo(plain)
  await kees(['verify', '-f', '-', '--policy', join(folder, 'policy.yaml')], io)
  t.match(io.said(), /the namespace is unknown\n {2}hint: set flag --namespace\n/)
})
