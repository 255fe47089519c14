/** The worked example through each tool that users run: the injected pod and the policy are the same everywhere. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { partNames } from '../../functions/export-iam/grants/split-policy.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { demoRecording } from '../../scripts/demo/recording.ts'
import { golden, root, run } from '../programs/programs.ts'
import { runTerraform, writeFiles } from '../iam/run-terraform.ts'
import { git, kpt, kustomize, terraform } from '../programs/tools.ts'

const quickstart = join(root, 'kustomize-examples/quickstart')
const expected = join(quickstart, 'expected')
const app = join(quickstart, 'app.yaml')
const enabled = ['build', '--enable-alpha-plugins', '--enable-exec']

type Deployment = { spec: { template: { spec: Record<string, unknown> } } }

function podSpec(manifest: string): Record<string, unknown> {
  const deployment: Deployment = parse(manifest)
  return deployment.spec.template.spec
}

const broken = {
  'secret.bsycorp.com/a': 'kind=DYNAMC,type=RANDOM,size=64',
  'secret.bsycorp.com/b': 'kind=DYNAMIC,type=RANDOM,size=1',
}

const injected = run('kees', ['inject', '-f', app])
const warnings = ['public', 'private']
  .map((part) => `secret.bsycorp.com/signingKey.v1_${part}: attribute "foo" is not known`)
  .map(
    (one) =>
      new RegExp(`^(\\S+:\\d+:\\d+: )?warning: Deployment/app annotation ${one.replaceAll('.', '\\.')}`, 'm'),
  )

t.test('kees inject adds what the worked example says', async (t) => {
  t.equal(injected.status, 0)
  for (const warning of warnings) t.match(injected.stderr, warning)
  t.equal(injected.stdout, golden(join(expected, 'manifest.yaml'), injected.stdout))
  const spec = podSpec(injected.stdout)
  t.match(spec, {
    initContainers: [
      {
        name: 'init-container',
        image: 'bsycorp/kees/init:latest',
        volumeMounts: [
          { mountPath: '/secret', name: 'secret-volume' },
          { mountPath: '/annotations', name: 'annotations' },
        ],
      },
    ],
    volumes: [
      { name: 'secret-volume', emptyDir: { medium: 'Memory', sizeLimit: '16Mi' } },
      {
        name: 'annotations',
        downwardAPI: { items: [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }] },
      },
    ],
  })
})

t.test('the source of the manifest is what is left without the added lines', async (t) => {
  const lines = injected.stdout.split('\n')
  let position = 0
  const source = readFileSync(app, 'utf8').split('\n')
  for (const line of lines) if (line === source[position]) position++
  t.equal(position, source.length)
})

t.test(
  'kustomize with exec functions gives the same pod',
  { skip: kustomize().missing ?? false },
  async (t) => {
    const { path = '' } = kustomize()
    const built = run(path, [...enabled, quickstart])
    t.equal(built.status, 0)
    for (const warning of warnings) t.match(built.stderr, warning)
    t.equal(built.stdout, golden(join(expected, 'kustomize-build.yaml'), built.stdout))
    t.strictSame(podSpec(built.stdout), podSpec(injected.stdout))

    t.test('which a second injection leaves byte for byte', async (t) => {
      t.equal(run('kees', ['inject', '-f', '-'], { input: built.stdout }).stdout, built.stdout)
    })
    t.test('and the same policy', async (t) => {
      const fromBuild = run('kees', ['export', '-f', '-'], { input: built.stdout })
      const fromKees = run('kees', ['export', '-f', '-'], { input: injected.stdout })
      t.equal(fromBuild.stdout, fromKees.stdout)
    })
  },
)

t.test(
  'without --enable-exec kustomize skips the function silently, and kees export refuses the build',
  { skip: kustomize().missing ?? false },
  async (t) => {
    const { path = '' } = kustomize()
    const built = run(path, ['build', '--enable-alpha-plugins', quickstart])
    t.equal(built.status, 0, 'kustomize prints nothing')
    t.notMatch(built.stdout, 'init-container')
    const exported = run('kees', ['export', '-f', '-'], { input: built.stdout })
    t.equal(exported.status, 1)
    t.match(exported.stderr, /^STDIN:\d+:\d+: error: Deployment\/app is annotated but not injected/m)
    t.equal(exported.stdout, '')
  },
)

t.test(
  'a malformed annotation fails the kustomize build with every error on standard error',
  { skip: kustomize().missing ?? false },
  async (t) => {
    const { path = '' } = kustomize()
    const folder = t.testdir()
    cpSync(quickstart, folder, { recursive: true })
    const patch = { op: 'replace', path: '/spec/template/metadata/annotations', value: broken }
    const kustomization = JSON.stringify({
      resources: ['app.yaml'],
      patches: [{ target: { kind: 'Deployment' }, patch: JSON.stringify([patch]) }],
      transformers: ['inject-init.yaml'],
    })
    writeFileSync(join(folder, 'kustomization.yaml'), kustomization)
    const built = run(path, [...enabled, folder])
    t.not(built.status, 0)
    t.equal(built.stdout, '')
    t.match(built.stderr, 'error: Deployment/app annotation secret.bsycorp.com/a: kind "DYNAMC" is not known')
    t.match(built.stderr, 'error: Deployment/app annotation secret.bsycorp.com/b: size "1" is not allowed')
  },
)

const pipeline = `apiVersion: kpt.dev/v1
kind: Kptfile
metadata:
  name: quickstart
  annotations:
    config.kubernetes.io/local-config: "true"
pipeline:
  mutators:
    - exec: inject-init
    - exec: export-iam
`

t.test(
  'kpt with exec functions gives the same pod and the same policy',
  { skip: kpt().missing ?? false },
  async (t) => {
    const { path = '' } = kpt()
    const folder = t.testdir({ Kptfile: pipeline, 'app.yaml': readFileSync(app, 'utf8') })
    const rendered = run(path, ['fn', 'render', '--allow-exec', folder])
    t.equal(rendered.status, 0, rendered.stderr)
    const manifest = readFileSync(join(folder, 'app.yaml'), 'utf8')
    t.strictSame(podSpec(manifest), podSpec(injected.stdout))
    t.match(manifest, '# a password that a person stores', 'comments are kept')
    const configMap: { data: Record<string, string> } = parse(
      readFileSync(join(folder, 'terraform.yaml'), 'utf8'),
    )
    t.equal(configMap.data['policies.tf'], run('kees', ['export', '-f', '-'], { input: manifest }).stdout)

    t.test('a second render changes nothing', async (t) => {
      const read = () =>
        ['app.yaml', 'terraform.yaml'].map((file) => readFileSync(join(folder, file), 'utf8'))
      const before = read()
      t.equal(run(path, ['fn', 'render', '--allow-exec', folder]).status, 0)
      t.strictSame(read(), before)
    })
  },
)

t.test(
  'kpt prints each error once and does not change the files',
  { skip: kpt().missing ?? false },
  async (t) => {
    const { path = '' } = kpt()
    const source = readFileSync(app, 'utf8').replace('type=PASSWORD', 'type=PASWORD')
    const folder = t.testdir({ Kptfile: pipeline, 'app.yaml': source })
    const rendered = run(path, ['fn', 'render', '--allow-exec', folder])
    t.not(rendered.status, 0)
    t.equal(`${rendered.stdout}${rendered.stderr}`.split('"PASWORD" is not known').length, 2)
    t.equal(readFileSync(join(folder, 'app.yaml'), 'utf8'), source)
  },
)

const withVariables = readFileSync(
  join(root, 'kustomize-examples/environment-variables/deployment.yaml'),
  'utf8',
)
const kptWays: readonly (readonly [
  title: string,
  kptfile: string,
  args: (folder: string) => readonly string[],
])[] = [
  [
    'kpt fn render',
    pipeline
      .replace('    - exec: export-iam\n', '')
      .replace('inject-init', 'inject-init\n      configMap:\n        minKubelet: "1.35"'),
    (folder) => ['render', '--allow-exec', folder],
  ],
  [
    'kpt fn eval',
    pipeline.slice(0, pipeline.indexOf('pipeline:')),
    // kpt knows that the option is a text, though it looks like a number.
    (folder) => ['eval', folder, '--exec', 'inject-init', '--', 'minKubelet=1.35'],
  ],
]
for (const [title, kptfile, args] of kptWays)
  t.test(
    `${title} keeps fileKeyRef, and takes minKubelet=1.35 as text`,
    { skip: kpt().missing ?? false },
    async (t) => {
      const { path = '' } = kpt()
      const folder = t.testdir({ Kptfile: kptfile, 'deployment.yaml': withVariables })
      const rendered = run(path, ['fn', ...args(folder)])
      t.equal(rendered.status, 0, rendered.stderr)
      const manifest = readFileSync(join(folder, 'deployment.yaml'), 'utf8')
      const flags = ['inject', '-f', '-', '--min-kubelet', '1.35']
      t.strictSame(podSpec(manifest), podSpec(run('kees', flags, { input: withVariables }).stdout))
      const fileKeyRef = { volumeName: 'env-volume', path: 'env', key: 'secret.api.token' }
      t.match(podSpec(manifest), {
        containers: [{ env: [{ name: 'API_TOKEN', valueFrom: { fileKeyRef } }] }],
      })
      t.equal(run('kees', ['verify', '-f', '-', '--min-kubelet', '1.35'], { input: manifest }).status, 0)
    },
  )

t.test('the exported module is the expected one', async (t) => {
  const folder = t.testdir()
  const exported = run('kees', ['export', '-f', '-', '--out', folder], { input: injected.stdout })
  t.equal(exported.status, 0)
  for (const name of ['policies.tf', 'main.tf', 'outputs.tf', 'versions.tf']) {
    const text = readFileSync(join(folder, name), 'utf8')
    t.equal(text, golden(join(expected, 'terraform', name), text))
  }
})

t.test(
  'terraform evaluates its policies.tf to one policy that names exactly the three parameters',
  { skip: terraform().missing ?? false },
  async (t) => {
    const folder = t.testdir()
    await writeFiles(folder, [
      ['policies.tf', readFileSync(join(expected, 'terraform/policies.tf'), 'utf8')],
      ['outputs.tf', 'output "documents" {\n  value = local.documents\n}\n'],
    ])
    const place = ['-var=aws_region=eu-west-1', '-var=aws_account_id=111122223333']
    await runTerraform(folder, 'apply', '-auto-approve', ...place)
    const unused = partNames.slice(1).map((part) => [part, {}])
    t.strictSame(JSON.parse(await runTerraform(folder, 'output', '-json', 'documents')), {
      ...Object.fromEntries(unused),
      part1: {
        'cluster-app-role': {
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'GetDeclaredParameters',
              Effect: 'Allow',
              Action: 'ssm:GetParameters',
              Resource: ['db.password', 'signingKey.v1_private', 'signingKey.v1_public'].map(
                (name) => `arn:aws:ssm:eu-west-1:111122223333:parameter/${name}`,
              ),
            },
          ],
        },
      },
    })
  },
)

const isolated = ['node', 'git', 'sh', 'cp', 'cmp', 'diff', 'env']

t.test('npm run demo shows the main job', { skip: git().missing ?? false }, async (t) => {
  const bin = t.testdir()
  for (const name of isolated) symlinkSync(findCommand(name) ?? name, join(bin, name))
  const demo = () => {
    const { stdout, stderr, status } = run('node', ['scripts/demo.ts'], { env: { PATH: bin } })
    t.equal(status, 0, stderr)
    return stdout
  }
  await t.test('with the own command where there is no kustomize', async (t) => {
    const transcript = demo()
    t.equal(transcript, golden(join(root, 'test/docs/golden/demo-kees.txt'), transcript))
    t.ok(linesBeside(transcript) <= 60, `${linesBeside(transcript)} lines beside the diff and the locals`)
    t.ok(readFileSync(join(root, 'docs/demo.md'), 'utf8').includes(transcript), 'docs/demo.md shows it')
    const recording = demoRecording(transcript)
    t.equal(recording, golden(join(root, 'docs/demo.svg'), recording), 'docs/demo.svg is its recording')
  })
  await t.test('with kustomize where there is one', { skip: kustomize().missing ?? false }, async (t) => {
    symlinkSync(kustomize().path ?? '', join(bin, 'kustomize'))
    const transcript = demo()
    t.equal(transcript, golden(join(root, 'test/docs/golden/demo-kustomize.txt'), transcript))
    t.ok(linesBeside(transcript) <= 60, `${linesBeside(transcript)} lines beside the diff and the locals`)
  })
})

/** The lines of a transcript but for the diff and the locals of policies.tf. */
function linesBeside(transcript: string): number {
  const without = transcript.replace(/^--- a\/[^]*?(?=^$)/m, '').replace(/^locals \{[^]*?(?=^== 3)/m, '')
  return without.trim().split('\n').length
}
