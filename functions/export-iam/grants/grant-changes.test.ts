import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { type Grant, grantOf } from './grant.ts'
import { grantChanges } from './grant-changes.ts'
import type { KmsKeys } from '../options/kms-keys.ts'
import { parseIamRole } from '../options/iam-role.ts'

const grant = (key: string, ...names: string[]) => grantOf(key, parseIamRole(key).value, names)
const arn = 'arn:aws:iam::111122223333:role/team/app'

/** Of each a workload in that state declares everything. */
const stateOf = (name: string, ...all: readonly Grant[]) => ({
  grants: all,
  kmsKeys: [],
  declaredBy: new Map(
    all.map(({ key, parameters }) => [key, new Map(parameters.map((one) => [one, [name]]))]),
  ),
})
const by = (name: string, ...parameters: readonly string[]) =>
  parameters.map((parameter) => ({ parameter, workloads: [name] }))

t.strictSame(
  grantChanges(
    stateOf('Job/old', grant('app', '/a', '/b'), grant('gone', '/g'), grant('same', '/s')),
    stateOf(
      'Job/new',
      grant('same', '/s'),
      grant('app', '/b', '/z', '/c'),
      grant(arn, '/a'),
      grantOf('Job/prod/w', undefined, ['/w']),
    ),
  ),
  [
    { key: 'Job/prod/w', gains: by('Job/new', '/w'), loses: [] },
    { key: 'app', role: 'app', gains: by('Job/new', '/c', '/z'), loses: by('Job/old', '/a') },
    { key: arn, role: 'app', gains: by('Job/new', '/a'), loses: [] },
    { key: 'gone', role: 'gone', gains: [], loses: by('Job/old', '/g') },
  ],
  'each reader of whom something changes, sorted, with what it gains and loses',
)

const keyArn = (index: number) =>
  `arn:aws:kms:eu-west-1:111122223333:key/${index}1111111-2222-3333-4444-555555555555`
const withKey = (name: string, index: number) => ({
  ...stateOf(name, grant('app', '/a/x', '/b')),
  kmsKeys: [{ prefix: '/a', arn: keyArn(index) }],
})
t.strictSame(
  grantChanges(withKey('Job/w', 1), withKey('Job/w', 2)),
  [
    {
      key: 'app',
      role: 'app',
      gains: [{ parameter: '/a/x', workloads: ['Job/w'], kmsKey: keyArn(2) }],
      loses: [{ parameter: '/a/x', workloads: ['Job/w'], kmsKey: keyArn(1) }],
    },
  ],
  'another key is a permission that is lost and one that is gained',
)

const secretState = (name: string, secrets: readonly string[], kmsKeys: KmsKeys = []) => ({
  grants: [grantOf('app', { name: 'app' }, ['/a'], [], secrets)],
  kmsKeys,
  declaredBy: new Map([
    ['app', new Map(['/a', ...secrets.map((one) => `secret ${one}`)].map((one) => [one, [name]]))],
  ]),
})
t.strictSame(
  grantChanges(
    secretState('Job/old', ['/a', 'gone', 'same']),
    secretState('Job/new', ['new', 'same'], [{ secret: 'same', arn: keyArn(1) }]),
  ),
  [
    {
      key: 'app',
      role: 'app',
      gains: [
        { secret: 'new', workloads: ['Job/new'] },
        { secret: 'same', workloads: ['Job/new'], kmsKey: keyArn(1) },
      ],
      loses: [
        { secret: '/a', workloads: ['Job/old'] },
        { secret: 'gone', workloads: ['Job/old'] },
      ],
    },
  ],
  'secrets, and the key of one',
)

const names = fc.uniqueArray(fc.stringMatching(/^\/[b-r]{1,2}$/), { minLength: 1, maxLength: 5 })
const key = fc.constantFrom('app', 'constructor', '__proto__', arn, 'Job/w')
const grants = fc
  .uniqueArray(fc.tuple(key, names), { selector: ([one]) => one })
  .map((all) => all.map(([one, some]) => grant(one, ...some)))
const pairs = (all: readonly Grant[]) =>
  all.flatMap(({ key: one, parameters }) => parameters.map((name) => `${one} ${name}`))

await t.test('the changes turn the one into the other, and the reverse changes turn it back', async () => {
  fc.assert(
    fc.property(grants, grants, (some, others) => {
      const [before, after] = [stateOf('w', ...some), stateOf('w', ...others)]
      const changes = grantChanges(before, after)
      const of = (what: 'gains' | 'loses') =>
        changes.flatMap((one) => one[what].map(({ parameter }) => `${one.key} ${parameter}`))
      const lost = new Set(of('loses'))
      const kept = pairs(some).filter((pair) => !lost.has(pair))
      deepStrictEqual([...kept, ...of('gains')].toSorted(), pairs(others).toSorted())
      const back = grantChanges(after, before).map(({ gains, loses, ...one }) => ({
        ...one,
        gains: loses,
        loses: gains,
      }))
      deepStrictEqual(back, changes)
      deepStrictEqual(grantChanges(before, before), [])
    }),
  )
})
