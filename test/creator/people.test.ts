/**
 * What people and late answers do to groups while the creator is at work: each has the right Event, and what others
 * wrote is never changed. All at once, because a group is verified a minute after it was made.
 */
import t from 'tap'
import type { Fault } from '../../runtime/fake-ssm/faults.ts'
import { type RecordedCall, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { encodePrivateKey, encodePublicKey } from '../../runtime/values/rsa-key.ts'
import { generateKeyPairSync } from 'node:crypto'
import { createNamespace, createPod, eventsOf } from './cluster-workloads.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { startCreator } from './process.ts'
import { eventually } from '../programs/eventually.ts'
import { annotationsOf, faultsOf, isComplete, testGroup } from './stored-groups.ts'

t.setTimeout(1_200_000)

const prefix = '/shop'
const rsa = (base: string) => testGroup('RSA', prefix, base)
const nameOf = (base: string, part: 'private' | 'public') => `${prefix}/${base}_${part}`
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })
const [foreignPrivate, foreignPublic] = [
  encodePrivateKey(foreign.privateKey),
  encodePublicKey(foreign.publicKey),
]

t.test('people, and answers that come late', { skip: controlPlaneMissing }, async (t) => {
  let [now, isLate] = [() => Date.now(), false]
  const puts = new Map<string, number>()
  const fault = ({ action, names: [name = ''] }: RecordedCall): Fault | undefined => {
    if (action !== 'PutParameter') return undefined
    const count = (puts.get(name) ?? 0) + 1
    puts.set(name, count)
    if (name === nameOf('between', 'public') && count === 1) ssm.put(name, foreignPublic)
    if (name === nameOf('restored', 'public')) isLate = false
    if (count > 1) return undefined
    // It happens, and the answer takes longer than anybody waits.
    if (name === nameOf('timed-out', 'private')) return { kind: 'trickle', every: 60_000 }
    // It happens when the creator has long given up.
    if (name === nameOf('much-later', 'private')) return { kind: 'late', after: 8000 }
    if (name !== nameOf('restored', 'private')) return undefined
    isLate = true
    return { kind: 'answer lost' }
  }
  const [plane, ssm] = await Promise.all([
    sharedControlPlane(t),
    startFakeSsm({
      fault,
      now: () => now(),
      lag: (name) => (isLate && name.endsWith('restored_private') ? 30_000 : 0),
    }),
  ])
  t.teardown(() => ssm.stop())
  await createNamespace(plane, 'shop')

  // What people did before.
  ssm.put(nameOf('lost', 'public'), foreignPublic)
  ssm.put(nameOf('foreign', 'private'), 'something else')
  ssm.put(nameOf('restored', 'private'), foreignPrivate)
  now = () => Date.now() + 60_000
  ssm.stored.delete(nameOf('restored', 'private'))
  ssm.put(`${prefix}/written_private`, foreignPrivate)

  const bases = [
    'lost',
    'foreign',
    'between',
    'timed-out',
    'much-later',
    'restored',
    'changed',
    'deleted',
    'written',
  ]
  for (const base of bases) await createPod(plane, 'shop', base, annotationsOf(prefix, [rsa(base)]))
  const creator = await startCreator({
    KUBECONFIG: plane.kubeconfig,
    ALLOW_ALL_PREFIXES: 'true',
    LEADER_ELECTION: 'false',
    POD_NAME: 'creator',
    PUT_RATE: '20',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  t.teardown(creator.kill)
  const isTold = async (pod: string, reason: string) => {
    const events = await eventsOf(plane, 'shop')
    return events.some((event) => event.pod === pod && event.reason === reason)
  }
  // A minute until it is verified, a quarter until it is not read again, half for a deletion, ten seconds to be sure.
  const until = (pod: string, reason: string) =>
    eventually(`${reason} is recorded on ${pod}`, () => isTold(pod, reason), 180_000)
  const stored = (base: string) =>
    (['private', 'public'] as const).map((part) => {
      const version = ssm.stored.newest(nameOf(base, part))
      return version && `${version.version} ${version.value}`
    })

  await t.test('what was complete is changed', async (t) => {
    await eventually('the groups are made', () =>
      ['changed', 'deleted'].every((base) => isComplete(ssm, rsa(base))),
    )
    t.equal(ssm.put(nameOf('changed', 'public'), foreignPublic), 2)
    ssm.stored.delete(nameOf('deleted', 'private'))
  })
  await t.test('a private key that a person stored gets its public key', async (t) => {
    await eventually('it is', () => isComplete(ssm, rsa('written')))
    t.strictSame(stored('written'), [`1 ${foreignPrivate}`, `1 ${foreignPublic}`])
  })
  await t.test('a part without the first one', async (t) => {
    await until('lost', 'IncompleteGroup')
    t.strictSame(stored('lost'), [undefined, `1 ${foreignPublic}`])
  })
  await t.test('a first part that is no key', async (t) => {
    await until('foreign', 'MismatchedGroup')
    t.strictSame(stored('foreign'), ['1 something else', undefined])
  })
  await t.test('a person who writes a part between the two Puts', async (t) => {
    await until('between', 'MismatchedGroup')
    t.equal(stored('between')[1], `1 ${foreignPublic}`)
    t.match(stored('between')[0], /^1 MII/)
  })
  await t.test('a Put that times out but happened, and one that happens much later', async (t) => {
    for (const base of ['timed-out', 'much-later']) {
      await eventually(`${base} is complete`, () => isComplete(ssm, rsa(base)))
    }
    t.ok((puts.get(nameOf('much-later', 'private')) ?? 0) > 1, 'the creator had requested it again meanwhile')
    t.strictSame(faultsOf(ssm, [rsa('timed-out'), rsa('much-later')]), [])
  })
  await t.test('a part that was changed afterwards, one that was deleted, and stale reads', async (t) => {
    await until('changed', 'MismatchedGroup')
    t.match(stored('changed'), [/^1 MII/, `2 ${foreignPublic}`], 'it is left as it is')
    await until('restored', 'MismatchedGroup')
    t.match(stored('restored'), [/^1 MII/, `1 ${foreignPublic}`], 'from what was read, though it was stale')
    t.not(stored('restored')[0], `1 ${foreignPrivate}`)
    await until('deleted', 'IncompleteGroup')
    t.match(stored('deleted'), [undefined, /^1 MII/], 'the remaining part is kept')
  })
  await t.test('no Event is recorded about unchanged groups', async (t) => {
    for (const base of ['timed-out', 'much-later', 'written']) {
      t.notOk((await isTold(base, 'MismatchedGroup')) || (await isTold(base, 'IncompleteGroup')), base)
    }
    const again = [...puts].filter(
      ([name, count]) => count > 1 && !/timed-out|much-later|restored/.test(name),
    )
    t.strictSame(again, [], 'and nothing was tried a second time')
  })
})
