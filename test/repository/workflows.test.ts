/** The workflows of GitHub Actions, as far as they can be judged without running them. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { images } from '../../scripts/images/image-programs.ts'
import { platforms } from '../../scripts/images/platform.ts'
import { root, run } from '../programs/programs.ts'
import { actionlint } from '../programs/tools.ts'

const folder = join(root, '.github/workflows')
const files = globSync('*.yaml', { cwd: folder }).map((name) => join(folder, name))

t.test('actionlint reports no error', { skip: actionlint().missing ?? false }, async (t) => {
  // What it makes of shell depends on which other linter the machine has.
  const { status, stdout } = run(actionlint().path ?? '', ['-shellcheck=', '-pyflakes=', ...files])
  t.equal(status, 0, stdout)
})

type Workflow = {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, { readonly permissions?: Readonly<Record<string, string>> }>>
}

t.test('they use actions by commit, and have no write permission unless a job declares it', async (t) => {
  t.ok(files.length > 1)
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const used = [...text.matchAll(/uses: (\S+)(.*)$/gm)]
    t.ok(used.length > 0)
    for (const [, action, comment] of used) {
      t.match(action, /^[\w./-]+@[0-9a-f]{40}$/)
      t.match(comment, /^ # v\d+\.\d+\.\d+$/)
    }
    const { permissions, jobs }: Workflow = parse(text)
    t.strictSame(permissions, { contents: 'read' })
    for (const [name, job] of Object.entries(jobs))
      if (name !== 'download') t.not(job.permissions?.['contents'], 'write')
  }
})

t.test('if they run the tests, all tools are installed first and no test may be skipped', async (t) => {
  for (const file of files) {
    const { jobs }: { jobs: Readonly<Record<string, TestJob>> } = parse(readFileSync(file, 'utf8'))
    const { env, steps } = jobs['test'] ?? {}
    t.match(env, { KEES_NO_SKIPS: '1', KEES_TERRAFORM_PLUGINS: /^\/./ })
    const order = (steps ?? []).map(({ uses = '', run: script = '' }) => `${uses.split('@')[0]}${script}`)
    const script = file.endsWith('release.yaml') ? '.ci/run test:long' : '.ci/run'
    const first = order.indexOf('actions/setup-go')
    t.strictSame(order.slice(first, first + 4), [
      'actions/setup-go',
      'hashicorp/setup-terraform',
      'sudo --preserve-env env "PATH=$PATH" .ci/install-tools',
      `sudo --preserve-env env "PATH=$PATH" ${script}`,
    ])
    const isRelease = file.endsWith('release.yaml')
    const long = 'sudo --preserve-env env "PATH=$PATH" npm run test:node:long'
    t.strictSame(order.slice(first + 4), isRelease ? [long] : [], 'slow tests run only for a release')
  }
})

t.test('a pull request is compared with the branch that it goes into, and no other run is', async (t) => {
  const { jobs }: { jobs: Readonly<Record<string, CostJob>> } = parse(
    readFileSync(join(folder, 'ci.yaml'), 'utf8'),
  )
  const { if: condition, steps = [] } = jobs['cost'] ?? {}
  t.equal(condition, "github.event_name == 'pull_request'")
  t.match(steps[0], { with: { 'fetch-depth': 2 } }, 'HEAD^1 is the branch')
  t.match(steps.at(-1), { shell: 'bash', run: /^npm run --silent bench:compare -- HEAD\^1 \| tee -a/ })
})

type CostJob = { readonly if?: string; readonly steps?: readonly unknown[] }

type TestJob = {
  readonly env?: Readonly<Record<string, string>>
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[]
}

t.test('a release signs, describes and attests every image', async (t) => {
  const text = readFileSync(join(folder, 'release.yaml'), 'utf8')
  const listsOf = (variable: string) =>
    [...text.matchAll(new RegExp(`for ${variable} in ([^;]+);`, 'g'))].map(([, list = '']) =>
      list.split(' ').toSorted(),
    )
  const all = images.map(({ target }) => target).toSorted()
  const arches = platforms.map(({ arch }) => arch).toSorted()
  // To save them, to load them, and to sign them.
  t.strictSame(listsOf('image'), [all, all, all])
  t.strictSame(listsOf('arch'), [arches, arches, arches])
  const attested = [...text.matchAll(/subject-name: index\.docker\.io\/bsycorp\/kees-(\S+)/g)]
  t.strictSame(attested.map(([, name = '']) => name).toSorted(), all)
  for (const name of all)
    t.match(text, `subject-digest: \${{ fromJSON(needs.push.outputs.digests).${name} }}`)
})

t.test('a release builds without credentials, and signs without the code of the repository', async (t) => {
  const { jobs }: { jobs: Readonly<Record<string, ReleaseJob>> } = parse(
    readFileSync(join(folder, 'release.yaml'), 'utf8'),
  )
  const rights = Object.entries(jobs).map(([name, { permissions = {}, environment = '', steps }]) => {
    const text = JSON.stringify(steps)
    return {
      name,
      write: Object.entries(permissions).flatMap(([what, right]) => (right === 'write' ? [what] : [])),
      environment,
      secrets: [...new Set([...text.matchAll(/secrets\.(\w+)/g)].map(([, secret]) => secret))],
      checksOut: text.includes('actions/checkout@'),
    }
  })
  const registry = ['REGISTRY_USER', 'REGISTRY_TOKEN']
  const signing = ['id-token', 'attestations']
  t.strictSame(rights, [
    { name: 'tag', write: [], environment: 'release', secrets: [], checksOut: true },
    { name: 'test', write: [], environment: '', secrets: [], checksOut: true },
    { name: 'build', write: [], environment: '', secrets: [], checksOut: true },
    { name: 'push', write: [], environment: 'release', secrets: registry, checksOut: true },
    { name: 'sign', write: signing, environment: 'release', secrets: registry, checksOut: false },
    { name: 'npm', write: signing, environment: 'release', secrets: ['NPM_TOKEN'], checksOut: false },
    { name: 'download', write: ['contents'], environment: 'release', secrets: [], checksOut: false },
  ])
  const needs = Object.values(jobs).map(({ needs: before }) => before)
  t.strictSame(needs, [undefined, 'tag', 'test', 'build', 'push', 'sign', 'npm'], 'one after the other')
})

type ReleaseJob = {
  readonly needs?: string
  readonly permissions?: Readonly<Record<string, string>>
  readonly environment?: string
  readonly steps: readonly unknown[]
}

t.test(
  'the base image is pinned by digest, once for the Dockerfile and the workflow, and verified before it is used',
  async (t) => {
    const dockerfile = readFileSync(join(root, 'scripts/images/Dockerfile'), 'utf8')
    const [, pinned = ''] = /^ARG BASE=(\S+)$/m.exec(dockerfile) ?? []
    t.match(pinned, /^gcr\.io\/distroless\/cc-debian12@sha256:[0-9a-f]{64}$/)
    const workflow: { env: { BASE: string }; jobs: Readonly<Record<string, TestJob>> } = parse(
      readFileSync(join(folder, 'release.yaml'), 'utf8'),
    )
    t.equal(workflow.env.BASE, pinned)
    const scripts = (workflow.jobs['build']?.steps ?? []).map(({ run: script = '' }) => script)
    const verified = scripts.findIndex((script) => script.startsWith('cosign verify "$BASE"'))
    const built = scripts.findIndex((script) => script.startsWith('npm run images'))
    t.ok(verified >= 0 && verified < built)
    t.match(scripts[verified], '--certificate-identity=keyless@distroless.iam.gserviceaccount.com')
    t.match(scripts[built], '--base="$BASE"')
  },
)
