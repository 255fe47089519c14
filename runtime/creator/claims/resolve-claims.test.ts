import t from 'tap'
import type { Group } from '../../../api/declaration/group.ts'
import type { ClaimedGroup } from './claim-table.ts'
import { resolveClaims } from './resolve-claims.ts'

const random = (size: number): Group => ({
  type: 'RANDOM',
  size,
  parts: [
    { role: 'consumer', parameter: '/x_consumer' },
    { role: 'provider', parameter: '/x_provider' },
  ],
})
const password = (parameter: string): Group => ({
  type: 'PASSWORD',
  size: 128,
  parts: [{ role: 'value', parameter }],
})

/** A claim of one template. @param pods the first of them is the one that was seen first. */
function claimed(
  namespace: string,
  pods: readonly [string, ...string[]],
  order: number,
  group: Group,
  createdAt = 0,
): ClaimedGroup {
  const [name] = pods
  const template = {
    key: `${namespace} ${JSON.stringify(group)}`,
    namespace,
    annotated: true,
    claims: [],
    warnings: [],
    seenAt: 0,
    pods: new Set(pods.map((one) => ({ uid: one, name: one, createdAt }))),
  }
  return {
    group,
    namespace,
    firstSeen: { order, createdAt, name: `${namespace}/${name}` },
    claimants: [{ claim: { annotation: 'secret.bsycorp.com/x', group }, template }],
  }
}

const resolved = (claimants: readonly ClaimedGroup[]) => {
  const { granted, conflicts } = resolveClaims(claimants)
  return {
    granted: granted.map((one) => [
      one.group.size,
      ...one.claimants.map(({ template }) => template.namespace),
    ]),
    conflicts: conflicts.map((one) => one.claimant.template.namespace),
  }
}

t.test('the claim that was seen first wins, in any order', async (t) => {
  const first = claimed('b', ['pod'], 1, random(128))
  const later = claimed('a', ['pod'], 2, random(256))
  t.strictSame(resolved([later, first]), { granted: [[128, 'b']], conflicts: ['a'] })
  t.strictSame(resolved([first, later]), { granted: [[128, 'b']], conflicts: ['a'] })
  const { conflicts } = resolveClaims([first, later])
  t.match(
    conflicts[0]?.message,
    /type RANDOM and size 256 conflict with a pod of another namespace, which was seen earlier .* type RANDOM and size 128/,
  )
})

t.test('of one list, the older pod decides, then the first by namespace and name', async (t) => {
  const old = claimed('b', ['pod'], 0, random(128), 100)
  const young = claimed('a', ['pod'], 0, random(256), 200)
  t.strictSame(resolved([young, old]), { granted: [[128, 'b']], conflicts: ['a'] })
  const equal = claimed('a', ['pod'], 0, random(256), 100)
  t.strictSame(resolved([old, equal]), { granted: [[256, 'a']], conflicts: ['b'] })
})

t.test('equal claims are granted together', async (t) => {
  const all = ['c', 'a', 'b'].map((namespace, index) => claimed(namespace, ['pod'], index, random(128)))
  t.strictSame(resolved(all), { granted: [[128, 'c', 'a', 'b']], conflicts: [] })
})

t.test('names that collide by their suffix: a password in the place of a part', async (t) => {
  const pair = claimed('pair', ['pod'], 1, random(128))
  const part = claimed('part', ['pod'], 2, password('/x_provider'))
  const base = claimed('base', ['pod'], 2, password('/x'))
  t.strictSame(resolved([part, pair, base]), {
    granted: [
      [128, 'pair'],
      [128, 'base'],
    ],
    conflicts: ['part'],
  })
})

t.test('a conflict names the pod that was seen earlier only to pods of its own namespace', async (t) => {
  const messageFor = (namespace: string) =>
    resolveClaims([claimed('shop', ['old'], 1, random(128)), claimed(namespace, ['new'], 2, random(256))])
      .conflicts[0]?.message
  t.match(messageFor('shop'), /conflict with pod old, which was seen earlier and declares the same parameter/)
  t.notMatch(messageFor('other'), /old,|shop/)
})
