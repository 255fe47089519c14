import t from 'tap'
import { isUsed, usedNames } from './used-names.ts'

const dynamic = 'kind=DYNAMIC,type=RSA,size=2048'
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
  const used = usedNames(objects)
  for (const name of ['/a_public', '/shop/d/e', '/f']) t.ok(isUsed(name, used), name)
  for (const name of ['/a_private', '/d/e', '/shop/c', '/shop/f']) t.notOk(isUsed(name, used), name)
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
    const found = usedNames([pod(annotations)])
    for (const name of used) t.ok(isUsed(name, found), name)
    for (const name of unused) t.notOk(isUsed(name, found), name)
  }
})

t.test('a pod with more than kees reads', async (t) => {
  const annotations = Object.fromEntries(
    Array.from({ length: 1100 }, (_, index) => [`secret.bsycorp.com/key${index}`, dynamic]),
  )
  const used = usedNames([pod(annotations)])
  t.ok(isUsed('/shop/key1099', used))
})
