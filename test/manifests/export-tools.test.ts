/** export-iam as kpt and kustomize run it: where its ConfigMap goes, what becomes of it, and what it prints. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { run } from '../programs/programs.ts'
import { kpt, kustomize } from '../programs/tools.ts'

const deployment = (name: string, secret: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
      annotations:
        iam.amazonaws.com/role: ${name}
        ${secret}: "kind=REFERENCE,type=PASSWORD"
    spec:
      containers:
        - name: app
          image: example/app:1.0
`
const kptfile = (...mutators: readonly string[]) => `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: package
pipeline:
  mutators:
${mutators.map((one) => `    - ${one}\n`).join('')}`
const both = kptfile('exec: inject-init', 'exec: export-iam')

function policiesIn(path: string): string {
  const { data }: { data: Record<string, string> } = parse(readFileSync(path, 'utf8'))
  return data['policies.tf'] ?? ''
}

const names = (policies: string) => [...policies.matchAll(/^ +"(\/[^"]+)",$/gm)].map(([, name]) => name)

t.test('under kpt', { skip: kpt().missing ?? false }, async (t) => {
  const { path = '' } = kpt()
  const render = (folder: string) => run(path, ['fn', 'render', '--allow-exec', folder])

  await t.test('a package and its subpackage have a module each, refreshed by every render', async (t) => {
    const folder = t.testdir({
      Kptfile: both,
      'app.yaml': deployment('parent', 'secret.bsycorp.com/of.parent'),
      child: { Kptfile: both, 'app.yaml': deployment('child', 'secret.bsycorp.com/of.child') },
    })
    const own = [join(folder, 'terraform.yaml'), join(folder, 'child/terraform.yaml')] as const
    t.equal(render(folder).status, 0)
    t.strictSame(
      own.map((file) => names(policiesIn(file))),
      [['/of.parent'], ['/of.child']],
    )
    const before = own.map((file) => readFileSync(file, 'utf8'))
    t.equal(render(folder).status, 0)
    t.strictSame(
      own.map((file) => readFileSync(file, 'utf8')),
      before,
      'rendered again, they are the same',
    )

    const app = join(folder, 'app.yaml')
    const token = 'secret.bsycorp.com/token: "kind=REFERENCE,type=PASSWORD"'
    writeFileSync(
      app,
      readFileSync(app, 'utf8').replace('secret.bsycorp.com/of.parent', `${token}\n        $&`),
    )
    t.equal(render(folder).status, 0)
    t.strictSame(
      own.map((file) => names(policiesIn(file))),
      [['/of.parent', '/token'], ['/of.child']],
    )
    t.match(readFileSync(own[0], 'utf8'), 'config.kubernetes.io/local-config: "true"', 'it is never applied')
  })

  await t.test('output only would delete files, so it is refused and nothing is touched', async (t) => {
    const config = `apiVersion: kees.bsycorp.com/v1alpha1
kind: ExportIAM
metadata:
  name: export
  annotations:
    config.kubernetes.io/local-config: "true"
spec:
  output: only
`
    const app = deployment('app', 'secret.bsycorp.com/a')
    const folder = t.testdir({
      Kptfile: kptfile('exec: inject-init', '{exec: export-iam, configPath: export.yaml}'),
      'app.yaml': app,
      'export.yaml': config,
    })
    const { status, stderr, stdout } = render(folder)
    t.not(status, 0)
    t.match(stdout + stderr, /option output is "only", and kpt deletes/)
    t.equal(readFileSync(join(folder, 'app.yaml'), 'utf8'), app)
    t.notOk(existsSync(join(folder, 'terraform.yaml')))
  })

  await t.test('kpt fn eval takes structured options as texts', async (t) => {
    const folder = t.testdir({ 'app.yaml': deployment('app', 'secret.bsycorp.com/a') })
    const evaluate = (program: string, ...options: readonly string[]) =>
      run(path, ['fn', 'eval', folder, '--exec', program, ...(options.length > 0 ? ['--', ...options] : [])])
    t.equal(evaluate('inject-init').status, 0)
    const roles = '[{namespace: shop, serviceAccount: default, role: by-pod-identity}]'
    const { status, stderr } = evaluate('export-iam', `roles=${roles}`)
    t.equal(status, 0, stderr)
    t.match(policiesIn(join(folder, 'terraform.yaml')), /"by-pod-identity" = \{[^]*"\/a",/)
  })
})

t.test('under kustomize', { skip: kustomize().missing ?? false }, async (t) => {
  const { path = '' } = kustomize()
  const fn = (kind: string, program: string, spec: string) => `apiVersion: kees.bsycorp.com/v1alpha1
kind: ${kind}
metadata:
  name: ${program}
  annotations:
    config.kubernetes.io/function: "exec: {path: ${program}}"
spec: ${spec}
`
  const build = (t: Test, exporting: string, transformers = ['inject.yaml', 'export.yaml']) => {
    const folder = t.testdir({
      'kustomization.yaml': `resources: [app.yaml]\ntransformers: [${transformers.join(', ')}]\n`,
      'app.yaml': deployment('app', 'secret.bsycorp.com/a'),
      'inject.yaml': fn('InjectInit', 'inject-init', '{image: "example/init:1"}'),
      'export.yaml': fn('ExportIAM', 'export-iam', exporting),
    })
    return run(path, ['build', '--enable-alpha-plugins', '--enable-exec', folder])
  }

  await t.test('output append emits nothing and reports it', async (t) => {
    const { status, stdout, stderr } = build(t, '{}')
    t.equal(status, 0, stderr)
    t.notMatch(stdout, 'kind: ConfigMap')
    t.match(stderr, /^warning: output "append" emits nothing under kustomize/m)
    t.not(build(t, '{strict: true}').status, 0, 'strict makes it an error')
  })

  await t.test('output only does not change the module', async (t) => {
    const { status, stdout, stderr } = build(t, '{output: only}')
    t.equal(status, 0, stderr)
    const { kind, metadata, data } = parse(stdout)
    t.equal(kind, 'ConfigMap')
    t.notOk(
      metadata.annotations['config.kubernetes.io/local-config'],
      'local objects are dropped from a build',
    )
    t.strictSame(names(data['policies.tf']), ['/a'])
  })

  await t.test('what is not injected is refused', async (t) => {
    const { status, stdout, stderr } = build(t, '{output: only}', ['export.yaml'])
    t.not(status, 0)
    t.equal(stdout, '')
    t.match(stderr, /error: Deployment\/shop\/app is annotated but not injected/)
  })
})
