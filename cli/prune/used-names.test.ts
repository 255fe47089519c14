import t from 'tap'
import { UsedNames } from './used-names.ts'

const dynamic = 'kind=DYNAMIC,type=RSA,size=2048'
const usedBy = (...values: readonly unknown[]) => {
  const used = new UsedNames()
  for (const value of values) used.add(value)
  return used
}
const template = (annotations: object) => ({ metadata: { annotations } })
const pod = (annotations: object) => ({ apiVersion: 'v1', kind: 'Pod', ...template(annotations) })

t.test('declarations are found wherever they are in an object', async (t) => {
  const objects = [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 0, template: template({ 'secret.bsycorp.com/a_public': dynamic }) },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      spec: {
        suspend: true,
        jobTemplate: { spec: { template: template({ 'resource.bsycorp.com/b': 'type=x' }) } },
      },
    },
    {
      kind: 'ControllerRevision',
      data: {
        spec: {
          template: template({
            'init.other.org/storage-prefix': '/shop',
            'secret.other.org/c': 'kind=REFERENCE,type=PASSWORD,storageKey=d/e,version=3',
          }),
        },
      },
    },
    {
      apiVersion: 'example.com/v1',
      kind: 'Postgres',
      spec: [{ podAnnotations: { 'secret.bsycorp.com/f': 'kind=REFERENCE,type=TEXT' } }],
    },
  ]
  const used = usedBy(...objects)
  for (const name of ['/a_public', '/b', '/shop/d/e', '/d/e', '/f', '/shop/f']) t.ok(used.has(name), name)
  for (const name of ['/a_private', '/e', '/shop/f/g']) t.notOk(used.has(name), name)
})

t.test('what cannot be read counts as used, below every prefix', async (t) => {
  const rows: readonly (readonly [
    annotations: object,
    used: readonly string[],
    unused: readonly string[],
  ])[] = [
    [{ 'secret.bsycorp.com/a': 'kind=NEW,type=X' }, ['/a', '/shop/a', '/x/y/a'], ['/b', '/aa', '/shop/a/b']],
    [
      { 'secret.bsycorp.com/a': 'kind=NEW,storageKey = "team/key"' },
      ['/team/key', '/shop/team/key'],
      ['/key', '/shop/key'],
    ],
    [
      { 'init.bsycorp.com/storage-prefix': '/../x', 'secret.bsycorp.com/a': 'kind=REFERENCE,type=PASSWORD' },
      ['/shop/a'],
      ['/shop/b'],
    ],
  ]
  for (const [annotations, used, unused] of rows) {
    const found = usedBy(pod(annotations))
    for (const name of used) t.ok(found.has(name), name)
    for (const name of unused) t.notOk(found.has(name), name)
  }
})

t.test('a pod with more than kees reads', async (t) => {
  const annotations = Object.fromEntries(
    Array.from({ length: 1100 }, (_, index) => [`secret.bsycorp.com/key${index}`, dynamic]),
  )
  const used = usedBy(pod(annotations))
  t.ok(used.has('/shop/key1099'))
})

t.test(
  'a workload in a text is read as one; what else is in a text counts as used, below every prefix',
  async (t) => {
    const annotations = {
      'init.bsycorp.com/storage-prefix': '/shop',
      'secret.bsycorp.com/a': dynamic.replace('RSA', 'PASSWORD'),
    }
    const inText = (text: string) => usedBy({ kind: 'ConfigMap', data: { text } })
    const exact = inText(JSON.stringify(pod(annotations)))
    for (const [name, isUsed] of Object.entries({ '/shop/a': true, '/a': false, '/x/a': false }))
      t.equal(exact.has(name), isUsed, name)
    t.equal(exact.unsure, 0)
    for (const text of [
      JSON.stringify(template(annotations)),
      `podAnnotations:\n${Object.entries(annotations)
        .map(([key, value]) => `  ${key}: "${value}"\n`)
        .join('')}`,
      `image: a\n---\n${JSON.stringify({ deeper: JSON.stringify(template(annotations)) })}\n`,
    ]) {
      const used = inText(text)
      for (const name of ['/shop/a', '/prod/a']) t.ok(used.has(name), `${name} of ${text}`)
      t.notOk(used.has('/shop/b'))
    }
  },
)

t.test('what a text mentions in another way counts as used, below every prefix', async (t) => {
  for (const text of [
    'annotate the pods with secret.bsycorp.com/a to get one',
    '{{- if .Values.secret }}\nsecret.bsycorp.com/a: "kind=DYNAMIC,type=PASSWORD,size=128"\n{{- end }}\n',
    'init.bsycorp.com/storage-prefix: {{ .Values.prefix }}\nsecret.bsycorp.com/a: kind=DYNAMIC\n',
    '{"init.bsycorp.com/storage-prefix": {}, "secret.bsycorp.com/a": "kind=REFERENCE,type=TEXT"}',
    '{"secret.bsycorp.com/a": ["kind=REFERENCE"]}',
  ]) {
    const used = usedBy({ kind: 'ConfigMap', data: { text } })
    for (const name of ['/a', '/x/y/a']) t.ok(used.has(name), `${name} of ${text}`)
    t.notOk(used.has('/b'))
  }
  const keyed = usedBy({
    data: { text: '{{ x }} secret.bsycorp.com/a: "kind=REFERENCE,storageKey=team/key"' },
  })
  t.ok(keyed.has('/shop/team/key'))
})

t.test('an object of any depth', async (t) => {
  let deep: unknown = pod({ 'secret.bsycorp.com/a': 'kind=REFERENCE,type=TEXT' })
  for (let level = 0; level < 9000; level++) deep = level % 2 === 0 ? [deep] : { deep }
  t.ok(usedBy(deep).has('/a'))
})

const secret = { 'secret.bsycorp.com/a': 'kind=REFERENCE,type=TEXT' }
const keyed = 'kind=REFERENCE,type=TEXT,storageKey=team/key'
const shop = { 'init.bsycorp.com/storage-prefix': '/shop' }
const resource = (spec: unknown) => ({ apiVersion: 'example.com/v1', kind: 'Database', spec })

/** What the parameter is named elsewhere, or by a template, cannot be known. */
const elsewhere: readonly (readonly [title: string, object: object, used: readonly string[]])[] = [
  [
    'a prefix and a declaration in two maps',
    resource({ inheritedMetadata: { annotations: shop }, podAnnotations: secret }),
    ['/shop/a'],
  ],
  [
    'global annotations of a chart',
    resource({ values: { global: { annotations: shop }, podAnnotations: secret } }),
    ['/shop/a'],
  ],
  [
    'another prefix in a resource with a pod template',
    {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      spec: {
        template: template({ ...shop, ...secret }),
        common: { 'init.bsycorp.com/storage-prefix': '/prod' },
      },
    },
    ['/prod/a', '/shop/a'],
  ],
  [
    'a JSON Patch',
    resource({
      patches: [
        { path: '/spec/template/metadata/annotations/secret.bsycorp.com~1a', op: 'add', value: keyed },
        { patch: '- op: add\n  path: /metadata/annotations/secret.bsycorp.com~1b\n  value: x\n' },
      ],
    }),
    ['/shop/a', '/shop/b', '/x/team/key'],
  ],
  [
    'parameters of Helm',
    resource({ parameters: [{ name: String.raw`podAnnotations.secret\.bsycorp\.com/a`, value: keyed }] }),
    ['/shop/a', '/x/team/key'],
  ],
  [
    'Helm in a text',
    { data: { run: String.raw`helm install --set 'podAnnotations.secret\.bsycorp\.com/a=x' b` } },
    ['/shop/a'],
  ],
  [
    'a list of keys and values',
    resource({ annotations: [{ key: 'secret.bsycorp.com/a', value: keyed }] }),
    ['/shop/a', '/x/team/key'],
  ],
  ['a field storageKey', resource({ secrets: [{ storageKey: 'team/key' }] }), ['/shop/team/key']],
  [
    'a storageKey of a template of Go',
    pod({ ...shop, 'secret.bsycorp.com/a': 'kind=REFERENCE,storageKey={{ .Values.app }}/x' }),
    ['/shop/a', '/shop/orders/x', '/orders/x'],
  ],
  [
    'a storageKey of Flux, in a text',
    { data: { text: 'a: {{ b }}\nsecret.bsycorp.com/a: "kind=REFERENCE,storageKey=${ENV}/x-key"' } },
    ['/shop/prod/x-key'],
  ],
  [
    'a storageKey that ends in a template',
    resource({ podAnnotations: { 'secret.bsycorp.com/a': 'kind=REFERENCE,storageKey=team/$(APP)' } }),
    ['/shop/team/orders'],
  ],
  [
    'a name of a template',
    { data: { text: 'secret.bsycorp.com/{{ .Release.Name }}-password: kind=DYNAMIC' } },
    ['/shop/orders-password'],
  ],
  [
    'binaryData',
    { kind: 'ConfigMap', binaryData: { a: Buffer.from('secret.bsycorp.com/a: x').toString('base64') } },
    ['/shop/a'],
  ],
  [
    'the end of a sentence',
    { data: { text: 'use secret.bsycorp.com/a. Or storageKey=team/key.' } },
    ['/shop/a', '/shop/team/key'],
  ],
  ['a domain of a template', { data: { text: 'secret.{{ .Values.domain }}/a: {{ b }}' } }, ['/shop/a']],
]
for (const [title, object, used] of elsewhere)
  t.test(`${title} keeps what ends like it`, async (t) => {
    const found = usedBy(object)
    for (const name of used) t.ok(found.has(name), name)
    for (const name of ['/shop/other', '/aa', '/shop/a/other']) t.notOk(found.has(name), name)
  })

t.test('a prefix that pods may get from elsewhere keeps declarations without one', async (t) => {
  const used = usedBy(pod(secret))
  t.notOk(used.has('/shop/a'))
  used.add({ apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', commonAnnotations: shop })
  t.ok(used.has('/shop/a'))
  t.notOk(used.has('/shop/b'))
})

t.test('a name that is a template as a whole may be any', async (t) => {
  const used = usedBy({ data: { text: 'secret.bsycorp.com/{{ .name }}: kind=DYNAMIC' } })
  t.ok(used.has('/x'))
  t.equal(used.anything, '{{ .name }}')
})

t.test('the managed fields of an object are no mentions', async (t) => {
  const managedFields = [
    { fieldsV1: { 'f:secret.bsycorp.com/a': {}, 'f:init.bsycorp.com/storage-prefix': {} } },
  ]
  const annotations = { ...shop, ...secret }
  const used = usedBy({ ...pod({}), metadata: { annotations, managedFields } })
  t.ok(used.has('/shop/a'))
  t.notOk(used.has('/x/a'))
})

t.test('a text without an end of a name or a domain takes no long time', async (t) => {
  const used = usedBy({
    data: {
      a: 'secret.'.repeat(30_000),
      b: `secret.{{${'secret.x'.repeat(20_000)}`,
      c: 'storageKey='.repeat(20_000),
    },
  })
  t.notOk(used.has('/a'))
})
