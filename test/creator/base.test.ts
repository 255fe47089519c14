/** The manifests that kustomize builds of the creator's installation. */
import { writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { defaultBudgets, parseStoragePolicy } from '../../api/storage/storage-policy.ts'
import { golden, root, run } from '../programs/programs.ts'
import { kubectl, kustomize } from '../programs/tools.ts'

const base = join(root, 'install', 'creator')
const example = join(root, 'kustomize-examples', 'creator')
const builds = [
  [base, join(import.meta.dirname, 'base.yaml')],
  [example, join(example, 'expected', 'kustomize-build.yaml')],
] as const

const { path: kubectlPath = 'kubectl', missing = false } = kubectl()
const { path: kustomizePath = 'kustomize', missing: kustomizeMissing = false } = kustomize()

for (const [title, skip, command] of [
  ['kubectl', missing, [kubectlPath, 'kustomize']],
  ['kustomize', kustomizeMissing, [kustomizePath, 'build']],
] as const) {
  t.test(`${title} builds the base and the example`, { skip }, async (t) => {
    const [program, verb] = command
    for (const [folder, expected] of builds) {
      const { stdout, stderr, status } = run(program, [verb, folder])
      t.strictSame([stderr, status], ['', 0], 'without a warning')
      t.equal(stdout, golden(expected, stdout))
    }
  })
}

t.test('the built manifests are consistent', { skip: missing }, async (t) => {
  await t.test('every selector matches the labels of the pods', async (t) => {
    const objects = objectsOf(example)
    const labels = { 'app.kubernetes.io/name': 'kees-creator' }
    t.match(objects.get('Deployment'), { spec: { template: { metadata: { labels } } } })
    for (const kind of ['Deployment', 'PodDisruptionBudget', 'ServiceMonitor']) {
      t.match(objects.get(kind), { spec: { selector: { matchLabels: labels } } }, kind)
    }
    t.match(objects.get('NetworkPolicy'), { spec: { podSelector: { matchLabels: labels } } })
    t.match(objects.get('Service'), { metadata: { labels }, spec: { selector: labels } })
  })

  await t.test('the base has the StoragePolicy of the documentation, the example its own', (t) => {
    t.strictSame(policyOf(base), {
      name: 'default',
      rules: [
        {
          namespaces: ['*'],
          prefixes: ['/{namespace}'],
          minBits: 64,
          maxPerPod: 50,
          maxNewPerHour: 200,
          ...defaultBudgets,
          localMode: false,
          shared: false,
        },
      ],
    })
    t.match(policyOf(example), { rules: [{ prefixes: ['/{namespace}', '/shared'] }, { maxPerPod: 10 }] })
    t.end()
  })

  await t.test('the namespace is set in one place', async (t) => {
    const folder = t.testdir({})
    const resource = relative(folder, base)
    writeFileSync(join(folder, 'kustomization.yaml'), `namespace: other\nresources: [${resource}]\n`)
    const objects = objectsOf(folder)
    t.notMatch(JSON.stringify([...objects.values()]), /"namespace":"kees"/)
    t.match(objects.get('Namespace'), { metadata: { name: 'other' } })
    const subjects = [{ kind: 'ServiceAccount', namespace: 'other' }]
    t.match([objects.get('ClusterRoleBinding'), objects.get('RoleBinding')], [{ subjects }, { subjects }])
  })
})

type Built = { readonly kind: string; readonly data?: Readonly<Record<string, string>> }

/** By kind; no kind occurs twice. */
function objectsOf(folder: string): ReadonlyMap<string, Built> {
  const objects: Built[] = parseAllDocuments(run(kubectlPath, ['kustomize', folder]).stdout).map((one) =>
    one.toJS(),
  )
  return new Map(objects.map((object) => [object.kind, object]))
}

function policyOf(folder: string) {
  const { data = {} } = objectsOf(folder).get('ConfigMap') ?? { kind: '' }
  return parseStoragePolicy(parse(data['storage-policy.yaml'] ?? '')).value
}
