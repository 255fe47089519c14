import t from 'tap'
import { UsedNames } from './used-names.ts'

const dynamic = 'kind=DYNAMIC,type=RSA,size=2048'
const usedBy = (...values: readonly unknown[]) => {
  const used = new UsedNames()
  for (const value of values) used.add(value)
  return used
}
const pod = (annotations: object) => ({ metadata: { annotations } })

t.test('declarations are found wherever they are in an object', async (t) => {
  const objects = [
    { kind: 'Deployment', spec: { replicas: 0, template: pod({ 'secret.bsycorp.com/a_public': dynamic }) } },
    {
      kind: 'CronJob',
      spec: {
        suspend: true,
        jobTemplate: { spec: { template: pod({ 'resource.bsycorp.com/b': 'type=x' }) } },
      },
    },
    {
      kind: 'ControllerRevision',
      data: {
        spec: {
          template: pod({
            'init.other.org/storage-prefix': '/shop',
            'secret.other.org/c': 'kind=REFERENCE,type=PASSWORD,storageKey=d/e,version=3',
          }),
        },
      },
    },
    { kind: 'Postgres', spec: [{ podAnnotations: { 'secret.bsycorp.com/f': 'kind=REFERENCE,type=TEXT' } }] },
  ]
  const used = usedBy(...objects)
  for (const name of ['/a_public', '/shop/d/e', '/f']) t.ok(used.has(name), name)
  for (const name of ['/a_private', '/d/e', '/shop/c', '/shop/f']) t.notOk(used.has(name), name)
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

t.test('YAML and JSON in a text are read', async (t) => {
  const annotations = {
    'init.bsycorp.com/storage-prefix': '/shop',
    'secret.bsycorp.com/a': dynamic.replace('RSA', 'PASSWORD'),
  }
  for (const text of [
    JSON.stringify(pod(annotations)),
    `podAnnotations:\n${Object.entries(annotations)
      .map(([key, value]) => `  ${key}: "${value}"\n`)
      .join('')}`,
    `image: a\n---\n${JSON.stringify({ deeper: JSON.stringify(pod(annotations)) })}\n`,
  ]) {
    const used = usedBy({ kind: 'Application', spec: { source: { helm: { values: text } } } })
    t.ok(used.has('/shop/a'), text)
    for (const name of ['/a', '/x/a', '/shop/b']) t.notOk(used.has(name), `${name} of ${text}`)
    t.equal(used.unsure, 0)
  }
})

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
