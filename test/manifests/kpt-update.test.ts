/** `kpt pkg update` of a package that was injected in its clone: the merge keeps the variables from `fileKeyRef`, and the next render brings the rest up to date. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { run } from '../programs/programs.ts'
import { git, kpt } from '../programs/tools.ts'

const kptfile = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: app
pipeline:
  mutators:
    - exec: inject-init
      configMap:
        minKubelet: "1.35"
`
const first = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    metadata:
      annotations:
        secret.bsycorp.com/token: kind=REFERENCE,type=PASSWORD,env=TOKEN
        resource.bsycorp.com/level: env=LEVEL,optional=true # of the base
    spec:
      containers:
        - name: app
          image: example/app:1
          env:
            - name: URL
              value: https://$(TOKEN)@example.com
`
const second = first
  .replace('example/app:1', 'example/app:2')
  .replace('        resource.bsycorp.com/level: env=LEVEL,optional=true # of the base\n', '')
  .replace('spec:\n      containers', 'spec:\n      securityContext: {fsGroup: 2000}\n      containers')
  .replace('env=TOKEN\n', 'env=TOKEN\n        secret.bsycorp.com/key: kind=REFERENCE,type=TEXT,env=KEY\n')
  .replace('          env:\n', '          env:\n            - name: OWN\n              value: x\n')

t.test('an update of an injected package', { skip: kpt().missing ?? git().missing ?? false }, async (t) => {
  const { path = '' } = kpt()
  const folder = t.testdir({ upstream: { app: { Kptfile: kptfile, 'app.yaml': first } } })
  const upstream = join(folder, 'upstream')
  const clone = join(folder, 'clone')
  const must = (command: string, args: readonly string[], cwd = folder) => {
    const { status, stderr } = run(command, args, { cwd, env: { HOME: folder } })
    t.equal(status, 0, stderr)
  }
  const commit = (where: string, tag?: string) => {
    must('git', ['init', '--quiet'], where)
    must('git', ['add', '--all'], where)
    const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
    must('git', [...who, 'commit', '--quiet', '--message', 'change'], where)
    if (tag !== undefined) must('git', ['tag', tag], where)
  }
  const render = () => must(path, ['fn', 'render', '--allow-exec', clone])
  const manifest = () => readFileSync(join(clone, 'app.yaml'), 'utf8')
  const verify = () =>
    run('kees', ['verify', '-f', '-', '--min-kubelet', '1.35'], { input: manifest() }).stderr

  commit(upstream, 'v1')
  must(path, ['pkg', 'get', `${upstream}/.git/app@v1`, clone])
  render()
  commit(clone)
  writeFileSync(join(upstream, 'app/app.yaml'), second)
  commit(upstream, 'v2')
  must(path, ['pkg', 'update', `${clone}@v2`])

  const merged: Injected = parse(manifest())
  t.match(
    merged.spec.template.spec.containers[0]?.env.filter(({ valueFrom }) => valueFrom?.fileKeyRef),
    [
      { name: 'LEVEL', valueFrom: { fileKeyRef: { key: 'resource.level', optional: true } } },
      { name: 'TOKEN', valueFrom: { fileKeyRef: { key: 'secret.token' } } },
    ],
  )
  t.match(verify(), /containers\[app\]\.env\[KEY\]: missing/, 'until the next render')

  render()
  t.equal(verify(), '')
  const fresh = run('kees', ['inject', '-f', '-', '--min-kubelet', '1.35'], { input: second })
  t.strictSame(sorted(parse(manifest())), sorted(parse(fresh.stdout)))
})

type Named = { readonly name: string }
type Variable = Named & { readonly valueFrom?: { readonly fileKeyRef?: object } }
type Injected = {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly { readonly env: readonly Variable[] }[]
        readonly volumes: readonly Named[]
      }
    }
  }
}

/** The merge of kpt decides the order of the variables and volumes that it adds. */
function sorted({ spec: { template } }: Injected): unknown {
  const byName = (list: readonly Named[]) => list.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const { containers, volumes, ...spec } = template.spec
  return {
    ...spec,
    volumes: byName(volumes),
    containers: containers.map((one) => ({ ...one, env: byName(one.env) })),
  }
}
