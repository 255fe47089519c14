/**
 * Strategic merge patches of an overlay on a container that has environment variables of declarations. kustomize keeps the field `fileKeyRef`,
 * merges variables by name, and puts new ones first.
 */
import t from 'tap'
import { parse, stringify } from 'yaml'
import { run } from '../programs/programs.ts'
import { kustomize } from '../programs/tools.ts'
import { build, type Files, injectInit, kustomization, write } from './kustomize-build.ts'

const skip = kustomize().missing ?? false

const app = `apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  selector: {matchLabels: {app: app}}
  template:
    metadata:
      labels: {app: app}
      annotations:
        iam.amazonaws.com/role: app
        secret.bsycorp.com/token: "kind=REFERENCE,type=PASSWORD,env=TOKEN"
        resource.bsycorp.com/host: "env=HOST,optional=true"
    spec:
      containers:
        - {name: app, image: app:1, env: [{name: MODE, value: a}]}
`
const options = { image: 'example/init:1', minKubelet: '1.35' }

/** An overlay that patches the variables of the container, and injects again where it is said. */
const overlay = (env: readonly object[], again: boolean): Files => ({
  'base/app.yaml': app,
  'base/inject-init.yaml': injectInit(options),
  'base/kustomization.yaml': kustomization({ resources: ['app.yaml'], transformers: ['inject-init.yaml'] }),
  'overlay/kustomization.yaml': kustomization({
    resources: ['../base'],
    patches: [
      {
        patch: stringify({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'app' },
          spec: { template: { spec: { containers: [{ name: 'app', env }] } } },
        }),
      },
    ],
    ...(again ? { transformers: ['inject-init.yaml'] } : {}),
  }),
  'overlay/inject-init.yaml': injectInit(options),
})

const token = { name: 'TOKEN', valueFrom: { fileKeyRef: fileKeyRef('secret.token') } }
const host = { name: 'HOST', valueFrom: { fileKeyRef: { ...fileKeyRef('resource.host'), optional: true } } }
const mode = { name: 'MODE', value: 'a' }

function fileKeyRef(key: string) {
  return { volumeName: 'env-volume', path: 'env', key }
}

const envOf = (built: string): unknown => parse(built).spec.template.spec.containers[0].env

const verify = (built: string) =>
  run('kees', ['verify', '-f', '-', '--min-kubelet', '1.35'], { input: built }).stderr.replaceAll(
    /^STDIN:\d+:\d+: /gm,
    '',
  )

t.test('a new variable leaves those of declarations as they are', { skip }, async (t) => {
  const built = build(t, `${write(t, overlay([{ name: 'NEW', value: 'b' }], false))}/overlay`)
  t.strictSame(envOf(built), [{ name: 'NEW', value: 'b' }, host, token, mode])
  t.equal(verify(built), '')
})

t.test('a new variable that refers to one comes behind it once it is injected again', { skip }, async (t) => {
  const url = { name: 'URL', value: 'https://$(HOST)/' }
  const patched = build(t, `${write(t, overlay([url], false))}/overlay`)
  t.strictSame(envOf(patched), [url, host, token, mode])
  t.match(
    verify(patched),
    'error: Deployment/app spec.template.spec.containers[app].env[HOST]: must come before URL, which refers to it',
  )
  const built = build(t, `${write(t, overlay([url], true))}/overlay`)
  t.strictSame(envOf(built), [host, url, token, mode])
  t.equal(verify(built), '')
})

t.test('a value in the place of one leaves both, which is an error', { skip }, async (t) => {
  const built = build(t, `${write(t, overlay([{ name: 'TOKEN', value: 'x' }], false))}/overlay`)
  t.match(
    verify(built),
    'error: Deployment/app cannot be injected: container "app": the variable TOKEN has both value and valueFrom\n  hint: remove the value',
  )
})

t.test('another source in the place of one leaves both, which is an error', { skip }, async (t) => {
  const other = { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }
  const built = build(t, `${write(t, overlay([other], false))}/overlay`)
  t.match(
    verify(built),
    'error: Deployment/app cannot be injected: container "app": the variable TOKEN has both secretKeyRef and fileKeyRef\n  hint: remove the secretKeyRef',
  )
})

t.test(
  'a value without the source of the other is a variable of the app, which is an error',
  { skip },
  async (t) => {
    const own = { name: 'TOKEN', value: 'x', valueFrom: null }
    const built = build(t, `${write(t, overlay([own], false))}/overlay`)
    t.match(
      verify(built),
      'error: Deployment/app annotation secret.bsycorp.com/token: env is the variable TOKEN, which container "app" has already',
    )
  },
)

t.test('a variable that a patch removes is missing', { skip }, async (t) => {
  const built = build(t, `${write(t, overlay([{ name: 'TOKEN', $patch: 'delete' }], false))}/overlay`)
  t.strictSame(envOf(built), [host, mode])
  t.match(verify(built), 'error: Deployment/app spec.template.spec.containers[app].env[TOKEN]: missing')
})
