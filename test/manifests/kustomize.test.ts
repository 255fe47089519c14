/** inject-init as a transformer, with all that kustomize does around it. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { parseAllDocuments, stringify } from 'yaml'
import { run } from '../programs/programs.ts'
import { git, helm, kustomize } from '../programs/tools.ts'
import { build, type Files, injectInit, kustomization, write } from './kustomize-build.ts'

const skip = kustomize().missing ?? false

type Pod = { initContainers?: Container[]; containers: Container[]; volumes?: { name: string }[] }
type Container = { name: string; image: string; [key: string]: unknown }
type Built = {
  kind: string
  metadata: { name: string; namespace?: string; annotations?: object }
  spec: { template: { spec: Pod } }
}

const objects = (text: string): Built[] => parseAllDocuments(text).map((one) => one.toJS())
const workloadIn = (text: string) => objects(text).find(({ kind }) => kind === 'Deployment')
const podIn = (text: string) => workloadIn(text)?.spec.template.spec
const initIn = (text: string) => podIn(text)?.initContainers?.[0]

const app = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  selector:
    matchLabels: {app: app}
  template:
    metadata:
      labels: {app: app}
      annotations:
        secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"
    spec:
      serviceAccountName: app
      containers:
        - name: app
          image: example/app:1.0
          envFrom:
            - configMapRef: {name: settings}
`
/** A base that injects. */
const base = (spec: object = {}): Files => ({
  'base/app.yaml': app,
  'base/inject-init.yaml': injectInit(spec),
  'base/kustomization.yaml': kustomization({
    resources: ['app.yaml'],
    configMapGenerator: [{ name: 'settings', literals: ['a=b'] }],
    transformers: ['inject-init.yaml'],
  }),
})

t.test(
  'prefixes, namespaces, retagged images and hash suffixes of the same layer and of an outer one',
  { skip },
  async (t) => {
    const folder = write(t, {
      ...base({ image: 'example/init:1' }),
      'overlay/kustomization.yaml': kustomization({
        resources: ['../base'],
        namePrefix: 'prod-',
        namespace: 'shop',
        images: [
          { name: 'example/init', newTag: '2' },
          { name: 'example/app', newTag: '3' },
        ],
        labels: [{ pairs: { team: 'a' }, includeTemplates: true }],
      }),
    })
    const text = build(t, join(folder, 'overlay'))
    t.match(workloadIn(text), { metadata: { name: 'prod-app', namespace: 'shop' } })
    t.match(podIn(text), {
      serviceAccountName: 'app',
      initContainers: [{ name: 'init-container', image: 'example/init:2' }],
      containers: [
        { image: 'example/app:3', envFrom: [{ configMapRef: { name: /^prod-settings-[0-9a-z]{10}$/ } }] },
      ],
    })
    t.equal(run('kees', ['verify', '-f', '-'], { input: text }).status, 0)
    t.equal(run('kees', ['inject', '-f', '-'], { input: text }).stdout, text, 'nothing is left to do')
  },
)

const outer = (spec: object): Files => ({
  'overlay/inject-init.yaml': injectInit(spec),
  'overlay/kustomization.yaml': kustomization({
    resources: ['../base'],
    patches: [
      {
        target: { kind: 'Deployment' },
        patch: stringify({
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { name: 'app' },
          spec: {
            template: {
              spec: { initContainers: [{ name: 'init-container', resources: { limits: { cpu: '2' } } }] },
            },
          },
        }),
      },
    ],
    images: [{ name: 'example/init', newTag: 'retagged' }],
    transformers: ['inject-init.yaml'],
  }),
})

t.test(
  'base and overlay inject by the same configuration: the second changes nothing',
  { skip },
  async (t) => {
    const same = { image: 'example/init:1', sizeLimit: '1Mi' }
    const once = build(t, join(write(t, base(same)), 'base'))
    const files = {
      ...base(same),
      'overlay/inject-init.yaml': injectInit(same),
      'overlay/kustomization.yaml': kustomization({
        resources: ['../base'],
        transformers: ['inject-init.yaml'],
      }),
    }
    t.equal(build(t, join(write(t, files), 'overlay')), once)
  },
)

t.test(
  'with different ones, the outer configuration wins, and its patches and image tags are kept',
  { skip },
  async (t) => {
    const spec = { image: 'example/init:1', sizeLimit: '1Mi' }
    const patched = build(t, join(write(t, { ...base(spec), ...outer({ runAsUser: 1000 }) }), 'overlay'))
    t.match(initIn(patched), {
      image: 'example/init:retagged',
      resources: { limits: { cpu: '2' } },
      securityContext: { runAsUser: 1000, runAsNonRoot: true },
    })
    t.match(
      podIn(patched),
      { volumes: [{ emptyDir: { sizeLimit: '1Mi' } }, {}] },
      'what it does not set stays as the base has it',
    )
    const image = build(
      t,
      join(write(t, { ...base(spec), ...outer({ image: 'example/init:outer' }) }), 'overlay'),
    )
    t.match(initIn(image), { image: 'example/init:outer' })
  },
)

t.test('a component that injects', { skip }, async (t) => {
  const folder = write(t, {
    'app.yaml': app,
    'kees/inject-init.yaml': injectInit(),
    'kees/kustomization.yaml': stringify({
      apiVersion: 'kustomize.config.k8s.io/v1alpha1',
      kind: 'Component',
      transformers: ['inject-init.yaml'],
    }),
    'kustomization.yaml': kustomization({
      resources: ['app.yaml'],
      components: ['kees'],
      images: [{ name: 'bsycorp/kees/init', newName: 'registry.example/kees-init', newTag: 'v1.0.0' }],
    }),
  })
  t.match(
    initIn(build(t, folder)),
    { image: 'registry.example/kees-init:v1.0.0' },
    "the parent's images reach it",
  )
})

t.test('declarations that an overlay adds or takes away', { skip }, async (t) => {
  const patch = (annotations: object, spec: object = {}): Files => ({
    ...base(spec),
    'overlay/inject-init.yaml': injectInit(spec),
    'overlay/kustomization.yaml': kustomization({
      resources: ['../base'],
      patches: [
        {
          patch: stringify({
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'app' },
            spec: { template: { metadata: { annotations } } },
          }),
        },
      ],
      transformers: ['inject-init.yaml'],
    }),
  })
  const none = write(t, patch({ 'secret.bsycorp.com/db.password': null }))
  const text = build(t, join(none, 'overlay'))
  t.notMatch(text, /init-container|secret-volume|kees\.bsycorp\.com/, 'the base had it, and now it is gone')
})

type Stale = readonly [title: string, patch: object, exit: number, says: RegExp]
const spec = String.raw`^STDIN:\d+:\d+: error: Deployment/app spec\.template\.spec\.`
const stale: readonly Stale[] = [
  [
    'another format',
    { metadata: { annotations: { 'init.bsycorp.com/format': 'json' } } },
    1,
    new RegExp(String.raw`${spec}initContainers\[init-container\]\.env\[FORMAT\]: missing, expected "json"`),
  ],
  [
    'other containers',
    {
      metadata: { annotations: { 'init.bsycorp.com/containers': 'other' } },
      spec: { containers: [other()] },
    },
    1,
    new RegExp(
      String.raw`${spec}containers\[other\]\.volumeMounts\[/secret\]: missing[^]*${spec}containers\[app\]\.volumeMounts\[/secret\]: unexpected`,
      'm',
    ),
  ],
  [
    'a container that came later',
    { spec: { containers: [other()] } },
    1,
    new RegExp(String.raw`${spec}containers\[other\]\.volumeMounts\[/secret\]: missing`),
  ],
  [
    'a mount that is taken out',
    { spec: { containers: [{ name: 'app', volumeMounts: [{ $patch: 'delete', mountPath: '/secret' }] }] } },
    1,
    new RegExp(String.raw`${spec}containers\[app\]\.volumeMounts\[/secret\]: missing`),
  ],
  [
    'a volume that is taken out',
    { spec: { volumes: [{ $patch: 'delete', name: 'annotations' }] } },
    1,
    new RegExp(String.raw`${spec}volumes\[annotations\]: missing`),
  ],
  [
    'an init container that is taken out',
    { spec: { initContainers: [{ $patch: 'delete', name: 'init-container' }] } },
    1,
    new RegExp(String.raw`${spec}initContainers\[init-container\]: missing`),
  ],
  [
    'declarations that are taken out',
    { metadata: { annotations: { 'secret.bsycorp.com/db.password': null } } },
    0,
    /^STDIN:\d+:\d+: warning: Deployment\/app is injected but declares nothing any more/,
  ],
  [
    "a patch of init that is nobody else's business",
    {
      spec: {
        initContainers: [
          { name: 'init-container', image: 'mirror/init:1', resources: { limits: { cpu: '2' } } },
        ],
      },
    },
    0,
    /^$/,
  ],
]

function other() {
  return { name: 'other', image: 'example/other:1' }
}

for (const [title, patch, exit, says] of stale) {
  t.test(`verify of an overlay over a base that injects: ${title}`, { skip }, async (t) => {
    const template = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'app' },
      spec: { template: patch },
    }
    const folder = write(t, {
      ...base(),
      'overlay/kustomization.yaml': kustomization({
        resources: ['../base'],
        patches: [{ patch: stringify(template) }],
      }),
    })
    const text = build(t, join(folder, 'overlay'))
    const verified = run('kees', ['verify', '--pass', '-f', '-'], { input: text })
    t.equal(verified.status, exit)
    t.match(verified.stderr, says)
    t.equal(verified.stdout, exit === 0 ? text : '')
    const checked = run('kees', ['inject', '--check', '-f', '-'], { input: text })
    t.equal(checked.status, says.source === '^$' ? 0 : 1)
  })
}

t.test('a typed list, which kustomize opens as we do', { skip }, async (t) => {
  const workload = parseAllDocuments(app).map((one): unknown => one.toJS())
  const list = stringify({ apiVersion: 'apps/v1', kind: 'DeploymentList', items: workload })
  const files = (resource: string): Files => ({ ...base(), 'base/app.yaml': resource })
  const opened = build(t, join(write(t, files(list)), 'base'))
  t.equal(opened, build(t, join(write(t, files(app)), 'base')))
  t.equal(run('kees', ['verify', '-f', '-'], { input: opened }).status, 0)
  const injected = run('kees', ['inject', '-f', '-'], { input: list })
  const folder = write(t, {
    'list.yaml': injected.stdout,
    'kustomization.yaml': kustomization({ resources: ['list.yaml'] }),
  })
  t.strictSame(podIn(build(t, folder))?.initContainers, podIn(opened)?.initContainers)
  t.equal(run('kees', ['verify', '-f', '-'], { input: list }).status, 1)
})

t.test('a remote base', { skip: kustomize().missing ?? git().missing ?? false }, async (t) => {
  const remote = write(t, base())
  const inRemote = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
      cwd: remote,
      stdio: 'pipe',
    })
  inRemote('init', '-q', '-b', 'main')
  inRemote('add', '.')
  inRemote('commit', '-q', '-m', 'base')
  const folder = join(remote, 'user')
  mkdirSync(folder)
  const resources = [`file://${remote}//base?ref=main`]
  writeFileSync(join(folder, 'kustomization.yaml'), kustomization({ resources, namePrefix: 'a-' }))
  t.match(workloadIn(build(t, folder)), {
    metadata: { name: 'a-app' },
    spec: { template: { spec: { initContainers: [{}] } } },
  })
})

const helmSkip = skip || (helm().missing ?? false)

t.test('a Helm chart that kustomize inflates, and one that helm renders', { skip: helmSkip }, async (t) => {
  const chart: Files = {
    'charts/app/Chart.yaml': 'apiVersion: v2\nname: app\nversion: 0.1.0\n',
    'charts/app/values.yaml': 'tag: "1.0"\n',
    'charts/app/templates/app.yaml': app.replace('example/app:1.0', 'example/app:{{ .Values.tag }}'),
  }
  const folder = write(t, {
    ...chart,
    'inject-init.yaml': injectInit(),
    'kustomization.yaml': kustomization({
      helmGlobals: { chartHome: 'charts' },
      helmCharts: [{ name: 'app', releaseName: 'app', valuesInline: { tag: '2.0' } }],
      transformers: ['inject-init.yaml'],
    }),
  })
  const text = build(t, folder, '--enable-helm', '--helm-command', helm().path ?? '')
  t.match(podIn(text), {
    initContainers: [{ name: 'init-container' }],
    containers: [{ image: 'example/app:2.0' }],
  })
  const rendered = run(helm().path ?? '', ['template', 'app', join(folder, 'charts/app')])
  const injected = run('kees', ['inject', '-f', '-'], { input: rendered.stdout })
  t.equal(injected.status, 0, injected.stderr)
  t.match(podIn(injected.stdout), { initContainers: [{ name: 'init-container' }] })
  t.match(injected.stdout, '# Source: app/templates/app.yaml', 'with the source comments of helm')
})

t.test('strings that we write are the same strings to the YAML 1.1 of kustomize', { skip }, async (t) => {
  const traps = [
    'yes',
    'No',
    'on',
    'y',
    '0644',
    '0o17',
    '1e3',
    '1_000',
    '12:30:45',
    '2001-01-01',
    '.5',
    '~',
    'null',
    '=',
    '<<',
    '0x1f',
    '-.inf',
  ]
  const texts = fc.sample(
    fc.oneof(
      fc.constantFrom(
        ...traps,
        '# no',
        'a: b',
        '- x',
        '{a',
        '[b',
        "it's",
        '"',
        '\\',
        '\ttab',
        ' lead',
        'trail ',
        'a\nb\n',
        '\n',
        '@a',
        '%a',
        '!a',
        '&a',
        '*a',
      ),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 8 }),
    ),
    { numRuns: 400, seed: 1 },
  )
  const values = [...new Set([...traps, ...texts])].filter(
    (one) => !one.includes('\0') && !/\p{Cs}/u.test(one),
  )
  const env = values.map((value, index) => ({ name: `E${index}`, value }))
  const folder = write(t, {
    'app.yaml': app,
    'config.yaml': injectInit({ env }),
    'kustomization.yaml': kustomization({ resources: ['out.yaml'] }),
  })
  const injected = run('kees', [
    'inject',
    '-f',
    join(folder, 'app.yaml'),
    '--config',
    join(folder, 'config.yaml'),
  ])
  t.equal(injected.status, 0, injected.stderr)
  writeFileSync(join(folder, 'out.yaml'), injected.stdout)
  const found = initIn(build(t, folder))?.['env']
  t.match(found, env.length > 0 ? [{ name: 'POD_NAME' }] : [])
  t.strictSame(Array.isArray(found) ? found.slice(2) : found, env)
})
