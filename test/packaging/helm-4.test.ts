/**
 * Helm 4: the post-renderer plugin, by the commands of its README, and the chart of the creator. Helm takes minutes to build, so
 * `npm test` runs it only where `npm run test:long` has built it before.
 */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import manifest from '../../package.json' with { type: 'json' }
import { parseReadmeBlocks } from '../docs/readme-commands.ts'
import { isLong } from '../programs/long.ts'
import { root, run } from '../programs/programs.ts'
import { helm, helm4 } from '../programs/tools.ts'

t.setTimeout(600_000)

const plugin = join(root, 'install/helm-plugin')
const chart = join(root, 'kustomize-examples/helm/charts/orders')
const values = join(root, 'kustomize-examples/helm/values.yaml')

t.test('the plugin has the version of kees', async (t) => {
  t.match(parse(readFileSync(join(plugin, 'plugin.yaml'), 'utf8')), {
    type: 'postrenderer/v1',
    version: manifest.version,
  })
})

/** What has declarations and runs before the rest. */
const hook = `apiVersion: batch/v1
kind: Job
metadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}
spec:
  template:
    metadata: {annotations: {secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"}}
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: example/app:1.0}]
`

const { path = 'helm', missing } = helm4()
if (missing === undefined || isLong) {
  const skip = missing ?? false
  t.test('what a chart renders is injected, hooks included', { skip }, async (t) => {
    const home = t.testdir({})
    const env = { HELM_DATA_HOME: home, HELM_CONFIG_HOME: home, HELM_CACHE_HOME: home }
    const [install = '', upgrade = ''] = commandsOfReadme()
    const shell = (command: string) =>
      run('bash', ['-euc', command.replace(/^helm /, '"$HELM" ')], { env: { ...env, HELM: path } })
    const installed = shell(install)
    t.equal(installed.status, 0, installed.stderr)

    const rendered = shell(upgrade.replace(/ upgrade --install /, ' template '))
    t.equal(rendered.status, 0, rendered.stderr)
    const plain = run(path, ['template', 'orders', chart, '--namespace', 'shop', '-f', values], { env })
    const injected = run('kees', ['inject', '-f', '-', '--image=bsycorp/kees-init:v0.1.0'], {
      input: plain.stdout,
    })
    t.strictSame(objectsOf(rendered.stdout), objectsOf(injected.stdout))

    cpSync(chart, join(home, 'orders'), { recursive: true })
    const file = join(home, 'orders/templates/hook.yaml')
    writeFileSync(file, hook)
    const template = [
      'template',
      'orders',
      join(home, 'orders'),
      '-f',
      values,
      '--post-renderer',
      'kees-inject',
    ]
    const withHook = run(path, template, { env })
    t.match(objectsOf(withHook.stdout), {
      'Job/migrate': { spec: { template: { spec: { initContainers: [{ name: 'init-container' }] } } } },
    })

    writeFileSync(file, hook.replace('=PASSWORD', '=PASWORD'))
    const report = join(home, 'kees.json')
    const wrong = run(path, [...template, `--post-renderer-args=--report=json=${report}`], { env })
    t.strictSame([wrong.stdout, wrong.status === 0], ['', false])
    t.match(wrong.stderr, 'plugin "kees-inject" exited with error')
    t.notMatch(wrong.stderr, 'PASWORD', 'the README says that Helm shows nothing of it')
    t.match(JSON.parse(readFileSync(report, 'utf8')), {
      results: [{ code: 'BAD_TYPE', object: { name: 'migrate' } }],
    })
  })

  t.test(
    'the chart of the creator renders the same as with Helm 3',
    { skip: skip || helm().missing || false },
    async (t) => {
      const args = ['template', 'kees-creator', join(root, 'install/charts/kees-creator'), '-n', 'kees']
      const [third, fourth] = [run(helm().path ?? '', args), run(path, args)]
      t.equal(fourth.status, 0, fourth.stderr)
      t.strictSame(objectsOf(fourth.stdout), objectsOf(third.stdout))
      const refused = run(path, [...args, '--set', 'replica=3'])
      t.strictSame([refused.stdout, refused.status === 0], ['', false])
      t.match(refused.stderr, "additional properties 'replica' not allowed")
    },
  )
} else t.comment(`Helm 4 was not run: npm run test:long builds it (${missing})`)

function commandsOfReadme(): readonly string[] {
  const [block] = parseReadmeBlocks(readFileSync(join(plugin, 'README.md'), 'utf8'))
  if (block?.type !== 'script') throw new Error('the README has no commands')
  return block.text.replaceAll('\\\n', ' ').trim().split('\n')
}

function objectsOf(text: string): Readonly<Record<string, unknown>> {
  const objects: { kind: string; metadata: { name: string } }[] = parseAllDocuments(text).flatMap(
    (one) => one.toJS() ?? [],
  )
  return Object.fromEntries(objects.map((one) => [`${one.kind}/${one.metadata.name}`, one]))
}
