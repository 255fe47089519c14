/** The function images in the tools that run them, on the quickstart: the same as the executables give. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import t, { type Test } from 'tap'
import { parse } from 'yaml'
import { findCommand } from '../../scripts/tools/installed.ts'
import { containerEnv, containersMissing } from './container-engine.ts'
import { buildImages } from './images-of-test.ts'
import { isLong } from '../programs/long.ts'
import { root, run } from '../programs/programs.ts'
import { kpt, kubectl, kustomize } from '../programs/tools.ts'

t.setTimeout(1_200_000)

const quickstart = join(root, 'kustomize-examples/quickstart')
const app = readFileSync(join(quickstart, 'app.yaml'), 'utf8')
const flags = ['--enable-alpha-plugins']

const functionConfig = (kind: string, image: string, spec: object = {}) =>
  JSON.stringify({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind,
    metadata: {
      name: 'function',
      annotations: { 'config.kubernetes.io/function': JSON.stringify({ container: { image } }) },
    },
    spec,
  })

const kustomization = (fields: object) =>
  JSON.stringify({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', ...fields })

/** An environment whose `docker` and `podman` write down how they are called, and then do it. */
function recorded(t: Test) {
  // The test itself has the one folder that tap gives.
  const folder = mkdtempSync(join(tmpdir(), 'kees-engines-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const calls = join(folder, 'calls')
  writeFileSync(calls, '')
  for (const name of ['docker', 'podman']) {
    const path = findCommand(name, containerEnv['PATH'])
    if (path === undefined) continue
    writeFileSync(join(folder, name), `#!/bin/sh\necho "$*" >> '${calls}'\nexec '${path}' "$@"\n`)
    chmodSync(join(folder, name), 0o755)
  }
  return {
    env: { ...containerEnv, PATH: folder + delimiter + containerEnv['PATH'] },
    runs: () =>
      readFileSync(calls, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('run ')),
  }
}

t.test('function images', { skip: containersMissing }, async (t) => {
  const built = await buildImages(['inject-init', 'export-iam'])
  t.teardown(() => built.remove())
  const injectInit = built.nameOf('inject-init')
  const exportIam = built.nameOf('export-iam')

  /** The quickstart with an image in the place of the executable. */
  const withImage = (t: Test, source = app) => {
    const folder = join(t.testdir(), 'app')
    cpSync(quickstart, folder, { recursive: true })
    writeFileSync(join(folder, 'app.yaml'), source)
    writeFileSync(join(folder, 'inject-init.yaml'), functionConfig('InjectInit', injectInit))
    return folder
  }
  const builders = [
    { title: 'kustomize build', tool: kustomize(), args: ['build', ...flags] },
    { title: 'kubectl kustomize', tool: kubectl(), args: ['kustomize', ...flags] },
  ]
  for (const { title, tool, args } of builders) {
    const { path = title, missing } = tool
    t.test(`${title} --enable-alpha-plugins`, { skip: missing ?? false }, async (t) => {
      const { env, runs } = recorded(t)
      const ended = run(path, [...args, withImage(t)], { env })
      t.equal(ended.status, 0, ended.stderr)
      const expected = readFileSync(join(quickstart, 'expected/kustomize-build.yaml'), 'utf8')
      t.equal(ended.stdout, expected, 'what the executable gives')
      t.match(ended.stderr, /^warning: Deployment\/app annotation .* attribute "foo" is not known/m)
      t.equal(runs().length, 1)
      for (const flag of ['--user nobody', '--network none', injectInit]) t.match(runs()[0], flag)

      // That of kubectl is a library of the same kustomize.
      if (!isLong && tool !== builders[0]?.tool) return

      t.test('prints every error, and nothing else', async (t) => {
        const broken = app.replaceAll('size=2048', 'size=2047').replace('kind=REFERENCE', 'kind=REFERENC')
        const failed = run(path, [...args, withImage(t, broken)], { env: containerEnv })
        t.not(failed.status, 0)
        t.equal(failed.stdout, '')
        t.match(
          failed.stderr,
          'error: Deployment/app annotation secret.bsycorp.com/db.password: kind "REFERENC"',
        )
        t.match(failed.stderr, /signingKey\.v1_public: size "2047"/)
      })

      t.test('export-iam around it, as the outermost kustomization', async (t) => {
        const folder = withImage(t)
        const iam = join(folder, '..', 'iam')
        mkdirSync(iam)
        writeFileSync(
          join(iam, 'kustomization.yaml'),
          kustomization({ resources: ['../app'], transformers: ['export-iam.yaml'] }),
        )
        const config = functionConfig('ExportIAM', exportIam, { output: 'only' })
        writeFileSync(join(iam, 'export-iam.yaml'), config)
        const policy = run(path, [...args, iam], { env: containerEnv })
        t.equal(policy.status, 0, policy.stderr)
        const { kind, data }: { kind: string; data: Record<string, string> } = parse(policy.stdout)
        t.equal(kind, 'ConfigMap', 'and nothing else')
        for (const name of ['policies.tf', 'main.tf', 'outputs.tf', 'versions.tf']) {
          t.equal(data[name], readFileSync(join(quickstart, 'expected/terraform', name), 'utf8'), name)
        }
      })
    })
  }

  const { path: kptPath = 'kpt', missing: kptMissing = false } = kpt()

  const rendered = (t: Test, functions: readonly object[], ...how: readonly string[]) => {
    const kptfile = {
      apiVersion: 'kpt.dev/v1',
      kind: 'Kptfile',
      metadata: { name: 'quickstart' },
      pipeline: { mutators: functions },
    }
    const folder = t.testdir({ Kptfile: JSON.stringify(kptfile), 'app.yaml': app })
    const recording = recorded(t)
    const ended = run(kptPath, ['fn', 'render', ...how, folder], { env: recording.env })
    t.equal(ended.status, 0, ended.stderr)
    const files = ['app.yaml', 'terraform.yaml'].map((name) => readFileSync(join(folder, name), 'utf8'))
    return { files, runs: recording.runs() }
  }

  t.test('kpt fn render', { skip: kptMissing }, async (t) => {
    t.test('gives the files that the executables give', async (t) => {
      const images = rendered(t, [{ image: injectInit }, { image: exportIam }])
      const executables = rendered(t, [{ exec: 'inject-init' }, { exec: 'export-iam' }], '--allow-exec')
      t.strictSame(images.files, executables.files)
      t.strictSame(executables.runs, [])
      t.equal(images.runs.length, 2)
      for (const one of images.runs) {
        t.match(one, /--network[ =]none/)
        t.match(one, /--user[ =](nobody|65534)/)
      }
    })
  })

  t.test('kpt fn eval', { skip: kptMissing }, async (t) => {
    const [image, exec] = [[`--image=${injectInit}`], ['--exec=inject-init']].map((how) => {
      const folder = t.testdir({ 'app.yaml': app })
      const args = ['fn', 'eval', folder, ...how, '--', 'image=docker.io/bsycorp/kees-init:v0.1.0']
      const ended = run(kptPath, args, { env: containerEnv })
      t.equal(ended.status, 0, ended.stderr)
      return readFileSync(join(folder, 'app.yaml'), 'utf8')
    })
    t.equal(image, exec)
    t.match(image, 'image: docker.io/bsycorp/kees-init:v0.1.0')
  })

  for (const [name, image] of [
    ['inject-init', injectInit],
    ['export-iam', exportIam],
  ] as const) {
    t.test(`kpt fn doc shows the help of ${name}`, { skip: kptMissing }, async (t) => {
      const doc = run(kptPath, ['fn', 'doc', `--image=${image}`], { env: containerEnv })
      t.equal(doc.status, 0, doc.stderr)
      t.equal(doc.stdout.trim(), run(name, ['--help']).stdout.trim())
    })
  }
})
