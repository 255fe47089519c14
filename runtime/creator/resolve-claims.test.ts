import t from 'tap'
import type { Group } from '../../api/group.ts'
import type { Claimant } from './pod-index.ts'
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

function claimant(
  namespace: string,
  pods: readonly (readonly [name: string, createdAt: number])[],
  group: Group,
): Claimant {
  return {
    claim: { annotation: 'secret.bsycorp.com/x', group },
    template: {
      key: `${namespace} ${JSON.stringify(group)}`,
      namespace,
      annotated: true,
      claims: [],
      warnings: [],
      seenAt: 0,
      pods: new Set(pods.map(([name, createdAt]) => ({ uid: name, name, createdAt }))),
    },
  }
}

const resolved = (claimants: readonly Claimant[]) => {
  const { granted, conflicts } = resolveClaims(claimants)
  return {
    granted: granted.map((one) => [
      one.group.size,
      ...one.claimants.map(({ template }) => template.namespace),
    ]),
    conflicts: conflicts.map((one) => one.claimant.template.namespace),
  }
}

t.test('the claim of the oldest pod wins, in any order of the pods', async (t) => {
  const old = claimant(
    'b',
    [
      ['young', 300],
      ['old', 100],
    ],
    random(128),
  )
  const later = claimant('a', [['pod', 200]], random(256))
  t.strictSame(resolved([later, old]), { granted: [[128, 'b']], conflicts: ['a'] })
  t.strictSame(resolved([old, later]), { granted: [[128, 'b']], conflicts: ['a'] })
  const { conflicts } = resolveClaims([old, later])
  t.match(
    conflicts[0]?.message,
    /type RANDOM and size 256 conflict with an older pod of another namespace, which .* type RANDOM and size 128/,
  )
})

t.test('of pods of one second, the first by namespace and name decides', async (t) => {
  const one = claimant('b', [['pod', 100]], random(128))
  const other = claimant('a', [['pod', 100]], random(256))
  t.strictSame(resolved([one, other]), { granted: [[256, 'a']], conflicts: ['b'] })
})

t.test('equal claims are granted together', async (t) => {
  const all = ['c', 'a', 'b'].map((namespace, index) => claimant(namespace, [['pod', index]], random(128)))
  t.strictSame(resolved(all), { granted: [[128, 'c', 'a', 'b']], conflicts: [] })
})

t.test('names that collide by their suffix: a password in the place of a part', async (t) => {
  const pair = claimant('pair', [['pod', 100]], random(128))
  const part = claimant('part', [['pod', 200]], password('/x_provider'))
  const base = claimant('base', [['pod', 200]], password('/x'))
  t.strictSame(resolved([part, pair, base]), {
    granted: [
      [128, 'pair'],
      [128, 'base'],
    ],
    conflicts: ['part'],
  })
})

t.test('a conflict names the older pod only to pods of its own namespace', async (t) => {
  const messageFor = (namespace: string) =>
    resolveClaims([
      claimant('shop', [['old', 100]], random(128)),
      claimant(namespace, [['new', 200]], random(256)),
    ]).conflicts[0]?.message
  t.match(messageFor('shop'), /conflict with pod old, which is older and declares the same parameter/)
  t.notMatch(messageFor('other'), /old,|shop/)
})
