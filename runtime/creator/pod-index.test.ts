import t from 'tap'
import type { Annotation } from '../../api/pod-annotations.ts'
import { PodIndex } from './pod-index.ts'
import { resolveClaims } from './resolve-claims.ts'
import type { PodMetadata } from '../kubernetes/pod-metadata.ts'

const token = (name: string): Annotation => [
  `secret.bsycorp.com/${name}`,
  'kind=DYNAMIC,type=RANDOM,size=128',
]

function world() {
  const changed: string[] = []
  const added: string[] = []
  const index = new PodIndex({ annotationDomain: 'bsycorp.com', policy: undefined }, () => 5, {
    claimsChanged: (baseName, namespace) => changed.push(`${namespace} ${baseName}`),
    podAdded: (pod, _, owner) => added.push(`${pod.name} of ${owner}`),
  })
  const claims = (baseName: string) =>
    index
      .claimsOf(baseName)
      .flatMap(({ claimants }) => claimants)
      .map(({ template }) => [...template.pods].map(({ name }) => name).join())
  return { index, changed, added, claims, sink: index.sink() }
}

const pod = (
  name: string,
  annotations: readonly Annotation[],
  more: Partial<PodMetadata> = {},
): PodMetadata => ({
  uid: `uid ${name}`,
  namespace: 'n',
  name,
  version: '1',
  createdAt: 1,
  terminating: false,
  annotations,
  ...more,
})

t.test('the pods of one template share it; its claims change with the first and the last pod', async (t) => {
  const { index, changed, added, claims, sink } = world()
  sink.seen(pod('a', [token('x'), token('y_consumer')], { owner: 'rs' }))
  sink.seen(pod('b', [token('x'), token('y_consumer')]))
  t.strictSame(changed, ['n /x', 'n /y'])
  t.strictSame(added, ['a of rs', 'b of uid b'])
  t.strictSame([claims('/x'), claims('/y'), claims('/z')], [['a,b'], ['a,b'], []])
  sink.gone(pod('a', []))
  t.equal(index.podCount(), 1)
  t.strictSame(claims('/x'), ['b'])
  sink.gone(pod('b', []))
  sink.gone(pod('b', []))
  t.strictSame([index.podCount(), claims('/x')], [0, []])
})

t.test('a pod that is not annotated, or terminates, is not kept', async (t) => {
  const { index, sink } = world()
  sink.seen(pod('plain', []))
  sink.seen(pod('settings', [['init.bsycorp.com/storage-prefix', '/n']]))
  sink.seen(pod('going', [token('x')], { terminating: true }))
  t.equal(index.podCount(), 0)
  sink.seen(pod('stays', [token('x')]))
  sink.seen(pod('stays', [token('x')], { terminating: true }))
  t.equal(index.podCount(), 0)
})

t.test(
  'a pod whose annotations change moves to another template, and the claims of both are looked at again',
  async (t) => {
    const { changed, claims, sink } = world()
    sink.seen(pod('a', [token('x')]))
    sink.seen(pod('b', [token('x'), token('z')]))
    changed.length = 0
    sink.seen(pod('a', [token('y')]))
    t.strictSame([claims('/x'), claims('/y')], [['b'], ['a']])
    t.ok(changed.includes('n /x') && changed.includes('n /y'))
  },
)

t.test('a pod that a list does not name is gone, for that list only', async (t) => {
  const { index, claims, sink } = world()
  const other = index.sink()
  other.seen(pod('c', [token('x')], { namespace: 'm' }))
  sink.listBegins()
  sink.seen(pod('a', [token('x')]))
  sink.seen(pod('b', [token('x')]))
  sink.listEnds()
  sink.listBegins()
  sink.seen(pod('b', [token('x')]))
  sink.listEnds()
  t.strictSame(claims('/x'), ['c', 'b'])
})

t.test('a wrong template has its warnings', async (t) => {
  const { index, sink } = world()
  const wrong: Annotation = ['secret.bsycorp.com/x', 'kind=DYNAMIC']
  sink.seen(pod('a', [wrong, token('y')]))
  const [claimant] = index.claimsOf('/y')[0]?.claimants ?? []
  t.match(claimant?.template.warnings, [{ reason: 'InvalidAnnotation' }])
  t.equal(claimant && index.templateOf(claimant.template.key), claimant?.template)
})

/** Which namespace's claim of /x counts. */
const winner = (index: PodIndex) => {
  const [first] = resolveClaims(index.claimsOf('/x')).granted
  return first?.claimants[0].template.namespace
}
const strong: Annotation = ['secret.bsycorp.com/x', 'kind=DYNAMIC,type=RANDOM,size=256']

t.test('an old pod that is patched does not win over a claim that was seen before the patch', async (t) => {
  const { index, sink } = world()
  sink.listBegins()
  sink.seen(pod('idle', [token('other')], { namespace: 'evil', createdAt: 1 }))
  sink.listEnds()
  sink.seen(pod('app', [strong], { namespace: 'victim', createdAt: 100 }))
  sink.seen(pod('idle', [token('x')], { namespace: 'evil', createdAt: 1 }))
  t.equal(winner(index), 'victim')
  // Nor does an old pod that joins a claim of its namespace make that claim older.
  sink.seen(pod('older', [token('x')], { namespace: 'evil', createdAt: 0 }))
  t.equal(winner(index), 'victim')
  sink.gone(pod('app', [], { namespace: 'victim' }))
  t.equal(winner(index), 'evil')
})

t.test(
  'of the claims of one list, the one with the oldest pod wins; what came before the list keeps its place',
  async (t) => {
    const { index, sink } = world()
    sink.listBegins()
    sink.seen(pod('young', [strong], { namespace: 'b', createdAt: 200 }))
    sink.seen(pod('other', [token('x')], { namespace: 'a', createdAt: 100 }))
    sink.seen(pod('old', [strong], { namespace: 'b', createdAt: 50 }))
    sink.listEnds()
    t.equal(winner(index), 'b')
    sink.listBegins()
    sink.seen(pod('old', [strong], { namespace: 'b', createdAt: 50 }))
    sink.seen(pod('ancient', [token('x')], { namespace: 'c', createdAt: 1 }))
    sink.listEnds()
    t.equal(winner(index), 'b', 'the pod of c was not there at the first list')
  },
)

t.test('a rollout keeps the place of the claims that its old and its new template share', async (t) => {
  const { index, sink } = world()
  sink.seen(pod('v1', [strong], { namespace: 'shop' }))
  sink.seen(pod('rival', [token('x')], { namespace: 'rival', createdAt: 0 }))
  sink.seen(pod('v2', [strong, token('new')], { namespace: 'shop', createdAt: 300 }))
  sink.gone(pod('v1', []))
  t.equal(winner(index), 'shop')
})
