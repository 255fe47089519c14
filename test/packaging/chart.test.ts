/**
 * The Helm chart of the creator: its templates are made from the kustomize base, and Helm renders the same objects from them.
 * test/node/chart.test.ts installs it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t, { type Test } from 'tap'
import { parse, parseAllDocuments } from 'yaml'
import { chartFiles, chartFolder } from '../../scripts/chart/chart-files.ts'
import { golden, root, run } from '../programs/programs.ts'
import { helm, kubectl } from '../programs/tools.ts'

const chart = join(root, chartFolder)
const components = ['service-monitor', 'prometheus-rule', 'grafana-dashboard']
const example = join(root, 'kustomize-examples/creator')
const { path: kubectlPath = 'kubectl', missing: kubectlMissing = false } = kubectl()
const { path: helmPath = 'helm', missing: helmMissing = false } = helm()

/** What kubectl builds of the base with components. */
function buildBase(t: Test, some: readonly string[]): string {
  const folder = t.testdir({})
  const at = (name: string) => relative(folder, join(root, 'install/creator', name))
  const kustomization = { resources: [at('.')], components: some.map(at) }
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization))
  const { stdout, stderr, status } = run(kubectlPath, ['kustomize', folder])
  if (status !== 0) throw new Error(stderr)
  return stdout
}

const template = (...args: readonly string[]) =>
  run(helmPath, ['template', 'kees-creator', chart, '--namespace', 'kees', ...args])

t.setTimeout(600_000)

t.test('the chart is made from the base', { skip: kubectlMissing }, async (t) => {
  for (const [name, text] of chartFiles(buildBase(t, components))) {
    t.equal(golden(join(root, name), text), text, name)
  }
})

const skip = kubectlMissing || helmMissing
/** Turns on what is off. */
const all = ['serviceMonitor', 'prometheusRule', 'dashboard'].flatMap((name) => [
  '--set',
  `${name}.enabled=true`,
])

t.test('Helm renders the objects that kustomize builds', { skip }, async (t) => {
  for (const [title, expected, args] of [
    ['the base', () => buildBase(t, []), []],
    ['the base with its components', () => buildBase(t, components), all],
    [
      'the example',
      () => readFileSync(join(example, 'expected/kustomize-build.yaml'), 'utf8'),
      [
        '-f',
        join(example, 'values.yaml'),
        '--set-file',
        `storagePolicy=${join(example, 'storage-policy.yaml')}`,
      ],
    ],
  ] as const) {
    const { stdout, stderr, status } = template(...args)
    t.strictSame([stderr, status], ['', 0], title)
    t.strictSame(objectsOf(stdout, withoutChecksum), objectsOf(expected(), withoutHash), title)
  }
})

t.test('the pods are replaced when the StoragePolicy changes', { skip }, async (t) => {
  const [before, after] = [[], ['--set', 'storagePolicy=kind: StoragePolicy']].map(
    (args) => /checksum\/storage-policy: (\w{64})$/m.exec(template(...args).stdout)?.[1],
  )
  t.type(before, 'string')
  t.type(after, 'string')
  t.not(before, after)
})

t.test('every value has an effect', { skip: helmMissing }, async (t) => {
  const [set = '', unset = ''] = [settings, off].map((some) => {
    const args = Object.keys(some).flatMap((setting) => ['--set-json', setting])
    const { stdout, stderr, status } = template(...args)
    t.strictSame([stderr, status], ['', 0])
    t.ok(parseAllDocuments(stdout).every(({ errors }) => errors.length === 0))
    return stdout
  })
  const defaults = template().stdout
  for (const [setting, found] of Object.entries(settings)) {
    t.match(set, found, setting)
    t.notMatch(defaults, found, setting)
  }
  for (const [setting, found] of Object.entries(off)) {
    t.match(defaults, found, setting)
    t.notMatch(unset, found, setting)
  }
  const named = [...Object.keys(settings), ...Object.keys(off)].map((setting) => setting.replace(/=.*/s, ''))
  t.strictSame(named.toSorted(), valueNames)
})

t.test('other values are rejected by name, all at once', { skip: helmMissing }, async (t) => {
  const wrong = {
    'replica=3': "additional properties 'replica' not allowed",
    'replicas="two"': "at '/replicas': got string, want integer",
    'image.digest="sha256:abc"': "at '/image/digest': 'sha256:abc' does not match pattern",
    'region="Ireland"': "at '/region': 'Ireland' does not match pattern",
    'kmsKeyId="alias/kees"': "at '/kmsKeyId': 'alias/kees' does not match pattern",
    'storagePolicy={"rules":[]}': "at '/storagePolicy': got object, want string",
    'env=[{"value":"x"}]': "at '/env/0': missing property 'name'",
    'serviceMonitor.enable=true': "additional properties 'enable' not allowed",
    'podAnnotations={"a":1}': "at '/podAnnotations/a': got number, want string",
  }
  const { stdout, stderr, status } = template(...Object.keys(wrong).flatMap((one) => ['--set-json', one]))
  t.strictSame([stdout, status === 0], ['', false])
  for (const message of Object.values(wrong)) t.match(stderr, message)
})

t.test('the README describes every value', async (t) => {
  const readme = readFileSync(join(chart, 'README.md'), 'utf8')
  const rows = [...readme.matchAll(/^\| (`.*?`) \| /gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([\w.]+)`/g)].map(([, name = '']) => name),
  )
  t.strictSame(rows.toSorted(), valueNames)
})

t.test('helm lint finds nothing', { skip: helmMissing }, async (t) => {
  const { stdout, status } = run(helmPath, ['lint', '--strict', '--quiet', chart])
  t.strictSame([stdout.trim(), status], ['', 0])
  t.ok(readdirSync(join(chart, 'templates')).length > 10)
})

/** Values with a fixed set of members. */
const groups = ['image', 'serviceAccount', 'networkPolicy', 'serviceMonitor', 'prometheusRule', 'dashboard']

/** Values that differ from the defaults, and what the chart renders of each. */
const settings: Readonly<Record<string, RegExp>> = {
  'image.repository="example/creator"': /image: "example\/creator@sha256:a/,
  [`image.digest="sha256:${'a'.repeat(64)}"`]: /image: "example\/creator@sha256:a{64}"/,
  'image.pullPolicy="Always"': /imagePullPolicy: "Always"/,
  'imagePullSecrets=[{"name":"registry"}]': /imagePullSecrets:\s+- name: registry\n/,
  'replicas=3': /replicas: 3\n/,
  'region="eu-west-1"': /- name: AWS_REGION\n +value: "eu-west-1"\n/,
  'kmsKeyId="arn:aws:kms:eu-west-1:111122223333:key/a"': /- name: KMS_KEY_ID\n +value: "arn:aws:kms/,
  'storagePolicy="kind: StoragePolicy\\nspec:\\n  rules: []\\n"':
    /\|\n +kind: StoragePolicy\n +spec:\n +rules: \[\]\n/,
  'env=[{"name":"LOG_LEVEL","value":"debug"}]': /- name: LOG_LEVEL\n +value: debug\n/,
  'serviceAccount.annotations={"eks.amazonaws.com/role-arn":"arn:aws:iam::1:role/a"}':
    /role-arn: arn:aws:iam::1:role\/a\n/,
  'podAnnotations={"iam.amazonaws.com/role":"a"}': /iam.amazonaws.com\/role: a\n/,
  'podLabels={"team":"a"}': /team: a\n/,
  'podSecurityContext={"runAsUser":null,"runAsGroup":null}':
    /\n {6}securityContext:\n {8}runAsNonRoot: true\n/,
  'resources={"limits":{"memory":"1Gi"}}': /memory: 1Gi\n/,
  'priorityClassName="high"': /priorityClassName: "high"/,
  'nodeSelector={"disk":"ssd"}': /nodeSelector:\s+disk: ssd\n/,
  'tolerations=[{"operator":"Exists"}]': /tolerations:\s+- operator: Exists\n/,
  'affinity={"nodeAffinity":{}}': /affinity:\s+nodeAffinity: \{\}\n/,
  'volumes=[{"name":"ca","emptyDir":{}}]': /- emptyDir: \{\}\n +name: ca\n/,
  'volumeMounts=[{"name":"ca","mountPath":"/ca"}]': /- mountPath: \/ca\n +name: ca\n/,
  'serviceMonitor.enabled=true': /ingress:\n[^]*\nkind: ServiceMonitor\n/,
  'serviceMonitor.labels={"release":"a"}':
    /\nkind: ServiceMonitor\nmetadata:\n {2}labels:\n.*\n {4}release: a\n/,
  'prometheusRule.enabled=true': /\nkind: PrometheusRule\n/,
  'prometheusRule.labels={"release":"b"}':
    /\nkind: PrometheusRule\nmetadata:\n {2}labels:\n.*\n {4}release: b\n/,
  'dashboard.enabled=true': /kees-grafana-dashboard/,
  'dashboard.labels={"release":"c"}': /grafana_dashboard: "1"\n {4}release: c\n/,
}
/** Values that remove what the defaults render. */
const off: Readonly<Record<string, RegExp>> = {
  'networkPolicy.enabled=false': /\nkind: NetworkPolicy\n/,
  'image.tag="v9"': /image: "bsycorp\/kees-creator:v\d+\.\d+\.\d+"/,
}

const valueNames = leaves(parse(readFileSync(join(chart, 'values.yaml'), 'utf8'))).toSorted()

type Objects = Readonly<Record<string, unknown>>

/** By kind and name. The Namespace is not in the chart: Helm installs into one that exists. */
function objectsOf(text: string, normalize: (text: string) => string): Objects {
  const objects: { kind: string; metadata: { name: string } }[] = parseAllDocuments(normalize(text)).flatMap(
    (one) => one.toJS() ?? [],
  )
  return Object.fromEntries(
    objects
      .filter(({ kind }) => kind !== 'Namespace')
      .map((object) => [`${object.kind}/${object.metadata.name}`, object] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** kustomize rolls out the pods by the name of the ConfigMap. */
function withoutHash(text: string): string {
  return text.replaceAll(/(kees-storage-policy)-\w{10}$/gm, '$1')
}

/** Helm does so by a checksum on the pod template. */
function withoutChecksum(text: string): string {
  return text.replace(/^ {6}annotations:\n {8}checksum\/storage-policy: \w{64}\n/m, '')
}

/** The paths of the values. */
function leaves(values: Readonly<Record<string, unknown>>, path = ''): readonly string[] {
  return Object.entries(values).flatMap(([name, one]) =>
    isMap(one) && groups.includes(name) ? leaves(one, `${path}${name}.`) : [path + name],
  )
}

function isMap(one: unknown): one is Readonly<Record<string, unknown>> {
  return typeof one === 'object' && one !== null && !Array.isArray(one)
}
