/**
 * JSON6902 patches of an overlay that were written for the first init container or the first volume of an app, and run after
 * inject-init: init is the first init container then. `kees verify` names what they did, or they did no harm.
 */
import { join } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { run } from '../programs/programs.ts'
import { kustomize } from '../programs/tools.ts'
import { build, type Files, injectInit, kustomization, write } from './kustomize-build.ts'

const skip = kustomize().missing ?? false

const app = (name = 'app') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata:
      labels: {app: app}
      annotations:
        iam.amazonaws.com/role: app
        secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
    spec:
      initContainers:
        - name: migrate
          image: registry.example:5000/migrate:1
          args: [--up]
          env: [{name: MODE, value: a}]
          resources: {limits: {cpu: "1"}}
          volumeMounts: [{name: data, mountPath: /data}]
      containers:
        - {name: app, image: registry.example:5000/app:1, volumeMounts: [{name: data, mountPath: /data}]}
      volumes:
        - {name: data, emptyDir: {}}
`
const pod = '/spec/template/spec'

type Operation = { readonly op: string; readonly path: string; readonly value?: unknown }

/** Each on a Deployment of its own. */
const overlay = (operations: readonly Operation[], inject?: object): Files => ({
  'base/app.yaml': operations.map((_, index) => app(`app-${index}`)).join('---\n'),
  'base/inject-init.yaml': injectInit({ image: 'example/init:1' }),
  'base/kustomization.yaml': kustomization({ resources: ['app.yaml'], transformers: ['inject-init.yaml'] }),
  'overlay/kustomization.yaml': kustomization({
    resources: ['../base'],
    patches: operations.map((operation, index) => ({
      target: { kind: 'Deployment', name: `^app-${index}$` },
      patch: stringify([{ ...operation, path: pod + operation.path }]),
    })),
    ...(inject ? { transformers: ['inject-init.yaml'] } : {}),
  }),
  ...(inject ? { 'overlay/inject-init.yaml': injectInit(inject) } : {}),
})

const first = '/initContainers/0'
const init = String.raw`error: Deployment/app-[0-9]+ spec\.template\.spec\.initContainers\[init-container\]\.`
const image = { op: 'replace', path: `${first}/image`, value: 'registry.example:5000/migrate:2' }
const rows: readonly (readonly [title: string, operation: Operation, says: RegExp])[] = [
  [
    'an image',
    image,
    /error: Deployment\/app-[0-9]+ cannot be injected: init-container has the image of container migrate\n {2}hint: JSON6902 patches/,
  ],
  [
    'arguments',
    { op: 'add', path: `${first}/args`, value: ['--down'] },
    new RegExp(`${init}args: must not be set`),
  ],
  [
    'a command',
    { op: 'add', path: `${first}/command`, value: ['migrate'] },
    new RegExp(`${init}command: must not be set`),
  ],
  [
    'the name of a variable',
    { op: 'replace', path: `${first}/env/0/name`, value: 'NODE_OPTIONS' },
    new RegExp(`${init}env\\[NODE_OPTIONS\\]`),
  ],
  [
    'a name',
    { op: 'replace', path: `${first}/name`, value: 'migrate-2' },
    new RegExp(`${init.slice(0, -2)}: missing`),
  ],
  ['a container that is removed', { op: 'remove', path: first }, new RegExp(`${init.slice(0, -2)}: missing`)],
  [
    'a mount',
    { op: 'replace', path: `${first}/volumeMounts/0/mountPath`, value: '/var/data' },
    /volumeMounts\[\/var\/data\]: missing/,
  ],
  [
    'another volume of a mount',
    { op: 'replace', path: `${first}/volumeMounts/0/name`, value: 'data' },
    new RegExp(`${init}volumeMounts`),
  ],
  [
    'a container before init',
    { op: 'add', path: first, value: { name: 'wait', image: 'example/wait:1' } },
    /initContainers\[wait\]\.volumeMounts\[\/secret\]: missing/,
  ],
  // What init has of resources and policies, others may change. The added volumes and mounts are the last.
  ['resources', { op: 'replace', path: `${first}/resources`, value: { limits: { cpu: '2' } } }, /^$/],
  ['a volume', { op: 'replace', path: '/volumes/0/emptyDir', value: { medium: 'Memory' } }, /^$/],
  [
    'a mount of the app',
    { op: 'replace', path: '/containers/0/volumeMounts/0/mountPath', value: '/var/data' },
    /^$/,
  ],
]
t.test('kees verify names what patches by position did to init', { skip }, async (t) => {
  const folder = write(t, overlay(rows.map(([, operation]) => operation)))
  const verified = run('kees', ['verify', '-f', '-'], { input: build(t, join(folder, 'overlay')) })
  t.equal(verified.status, 1)
  for (const [index, [title, , says]] of rows.entries()) {
    const lines = verified.stderr
      .split(/\n(?! )/)
      .filter((line) => line.includes(` Deployment/app-${index} `))
    t.match(lines.join('\n'), says, title)
  }
})

t.test('with the image in the configuration, verify names both', { skip }, async (t) => {
  const folder = write(t, overlay([image]))
  const input = build(t, join(folder, 'overlay'))
  const { status, stderr } = run('kees', ['verify', '--image', 'example/init:1', '-f', '-'], { input })
  t.equal(status, 1)
  t.match(stderr, new RegExp(`${init}image: is "registry.example:5000/migrate:2", expected "example/init:1"`))
  t.match(stderr, /warning: Deployment\/app-0 init-container has the image of container migrate/)
})

t.test(
  'an overlay that injects again restores init, and warns that the patch has no effect',
  { skip },
  async (t) => {
    const folder = write(t, overlay([image], { image: 'example/init:1' }))
    const enabled = ['build', '--enable-alpha-plugins', '--enable-exec', join(folder, 'overlay')]
    const { status, stdout, stderr } = run(kustomize().path ?? '', enabled)
    t.equal(status, 0, stderr)
    const [restored, migrate] = parse(stdout).spec.template.spec.initContainers
    t.match([restored, migrate], [{ image: 'example/init:1' }, { image: 'registry.example:5000/migrate:1' }])
    t.match(stderr, /warning: Deployment\/app-0 init-container has the image of container migrate/)
  },
)

t.test('an overlay that injects again without an image fails', { skip }, async (t) => {
  const folder = write(t, overlay([image], {}))
  const enabled = ['build', '--enable-alpha-plugins', '--enable-exec', join(folder, 'overlay')]
  const { status, stderr } = run(kustomize().path ?? '', enabled)
  t.equal(status, 1)
  t.match(
    stderr,
    /error: Deployment\/app-[0-9]+ cannot be injected: init-container has the image of container migrate/,
  )
})
