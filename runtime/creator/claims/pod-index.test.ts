import t from 'tap'
import { triesMany } from '../../../api/test-effort.ts'
import { parseStoragePolicy } from '../../../api/storage/storage-policy.ts'
import type { Annotation } from '../../../api/pod/pod-annotations.ts'
import { indexOf } from '../fixtures.ts'
import type { PodIndex } from './pod-index.ts'
import { resolveClaims } from './resolve-claims.ts'
import type { PodMetadata } from '../../kubernetes/pod-metadata.ts'

const token = (name: string): Annotation => [
  `secret.bsycorp.com/${name}`,
  'kind=DYNAMIC,type=RANDOM,size=128',
]

function world(given: Parameters<typeof indexOf>[0] = {}) {
  const changed: string[] = []
  const added: string[] = []
  const index = indexOf({
    ...given,
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

const policyWith = (limits: object) => {
  const rules = [{ namespaces: ['*'], prefixes: ['/'], ...limits }]
  return parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: { rules },
  }).value
}

t.test(
  'over a limit, the newest pod is refused and not kept, and there is room again when others go',
  async (t) => {
    const refused: string[] = []
    const { index, claims, sink } = world({
      policy: policyWith({ maxClaims: 3 }),
      refused: (one, namespace, budget) => refused.push(`${namespace}/${one.name} ${budget}`),
    })
    sink.seen(pod('a', [token('x'), token('y')]))
    sink.seen(pod('b', [token('y'), token('z')]))
    t.strictSame(refused, [], 'a group that two templates claim counts once')
    sink.seen(pod('c', [token('w')]))
    t.strictSame([refused, claims('/w'), index.podCount()], [['n/c maxClaims'], [], 2])
    t.notOk(index.wantsList())
    // Another namespace is not affected, nor are more pods of what is kept.
    sink.seen(pod('d', [token('w')], { namespace: 'm' }))
    sink.seen(pod('e', [token('x'), token('y')]))
    t.equal(refused.length, 1)
    sink.gone(pod('b', []))
    t.ok(index.wantsList())
    sink.listBegins()
    t.notOk(index.wantsList())
    sink.seen(pod('c', [token('w')]))
    t.strictSame(claims('/w'), ['d', 'c'])
  },
)

t.test('a pod that is changed to claim more than there is room for is not kept as it was', async (t) => {
  const { index, claims, sink } = world({ policy: policyWith({ maxClaims: 2 }) })
  sink.seen(pod('a', [token('x')]))
  sink.seen(pod('a', [token('p'), token('q'), token('r')]))
  t.strictSame([claims('/x'), claims('/p'), index.podCount()], [[], [], 0])
})

t.test('the limits of a rule with shared are those of all its namespaces together', async (t) => {
  const { index, sink } = world({ policy: policyWith({ maxClaims: 5, shared: true }) })
  for (let number = 0; number < 50; number++)
    sink.seen(pod(`p${number}`, [token(`x${number}`)], { namespace: `n${number}` }))
  t.equal(index.podCount(), 5)
})

/** Of the heap, and of how many pods fill it. */
const size = triesMany ? 1 : 0.2

t.test('where the heap is full, the tenant that occupies most has to give', async (t) => {
  const refused: string[] = []
  const heapBytes = size * 4 * 1024 * 1024
  const { index, claims, sink } = world({
    heapBytes,
    refused: (one, namespace, budget) => refused.push(`${namespace}/${one.name} ${budget}`),
  })
  sink.seen(pod('before', [token('shop')], { namespace: 'shop' }))
  const most = size * 2000
  for (let number = 0; number < most; number++)
    sink.seen(pod(`p${number}`, [token(`x${number}`)], { namespace: 'evil' }))
  const kept = index.podCount()
  t.ok(kept > size * 300 && kept < most, `${kept} of ${most}`)
  t.ok(refused.every((line) => line.startsWith('evil/') && line.endsWith(' heap')))
  // 100 namespaces that hold little each make the one that holds most give first, and then each other.
  for (let number = 0; number < most; number++)
    sink.seen(pod(`s${number}`, [token(`s${number}`)], { namespace: `s${number % (size * 100)}` }))
  sink.seen(pod('after', [token('after')], { namespace: 'shop' }))
  t.strictSame([claims('/shop'), claims('/after')], [['before'], ['after']])
  t.notOk(refused.some((line) => line.startsWith('shop/')))
  t.ok(claims('/x0').length === 1, 'what was seen last goes first')
  t.ok(index.podCount() < kept * 1.1)
})

t.test(
  'where the heap is full, very many namespaces that came later take no room from an older one',
  async (t) => {
    const refused: string[] = []
    const { index, sink } = world({
      heapBytes: 8 * 1024 * 1024,
      refused: (_, namespace) => refused.push(namespace),
    })
    for (let number = 0; number < 10; number++)
      sink.seen(pod(`before${number}`, [token(`b${number}`)], { namespace: 'shop' }))
    // Each of them holds less than the older one.
    const most = 3000
    for (let number = 0; number < most; number++)
      sink.seen(pod(`p${number}`, [token(`x${number}`)], { namespace: `evil${number % 300}` }))
    t.ok(index.podCount() < most, 'the heap is full')
    for (let number = 0; number < 10; number++)
      sink.seen(pod(`after${number}`, [token(`a${number}`)], { namespace: 'shop' }))
    sink.seen(pod('first', [token('first')], { namespace: 'new' }))
    t.ok(refused.length > 0 && refused.every((namespace) => namespace.startsWith('evil')))
  },
)

t.test('of what comes and goes, nothing stays', async (t) => {
  const [unclaimed, gone] = [new Set<string>(), new Set<string>()]
  const { index, sink } = world({
    policy: policyWith({ maxClaims: 10 }),
    unclaimed: (baseName) => unclaimed.add(baseName),
    templateGone: (key) => gone.add(key),
  })
  for (let number = 0; number < 1000; number++) {
    sink.seen(pod(`p${number}`, [token(`x${number}`)]))
    sink.gone(pod(`p${number}`, []))
  }
  t.strictSame([unclaimed.size, gone.size, index.podCount()], [1000, 1000, 0])
})
