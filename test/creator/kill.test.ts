/**
 * The creator, killed at every call to the store in turn, or at every third unless this runs in full: nothing is missing in the end,
 * and nothing was written twice.
 */
import t, { type Test } from 'tap'
import { type FakeSsmServer, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { createNamespace, createPod } from './cluster-workloads.ts'
import { type Cluster, controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { type CreatorProcess, startCreator } from './process.ts'
import { eventually } from '../programs/eventually.ts'
import { isLong } from '../programs/long.ts'
import { annotationsOf, faultsOf, isComplete, testGroup } from './stored-groups.ts'

t.setTimeout(1_200_000)

const prefix = '/shop'
const groups = [
  testGroup('RSA', prefix, 'key'),
  testGroup('GPG', prefix, 'mail'),
  testGroup('pair', prefix, 'token'),
  ...(isLong ? [testGroup('RANDOM', prefix, 'salt')] : []),
  testGroup('PASSWORD', prefix, 'password'),
]
/** Whether the store still performs the call during which the creator is killed. */
const moments = ['reset', 'answer lost'] as const

function start(plane: Cluster, ssm: FakeSsmServer): Promise<CreatorProcess> {
  return startCreator({
    KUBECONFIG: plane.kubeconfig,
    ALLOW_ALL_PREFIXES: 'true',
    // As after a container's restart: the same pod, so the Lease is its own.
    POD_NAME: 'creator-1',
    POD_NAMESPACE: 'kees',
    PUT_RATE: '1000',
    READ_RATE: '1000',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
}

/**
 * Starts the creator until everything is created; each one but the last is killed at one of its calls.
 * @param killAt the number of the call, from 0, for one start after the other. @returns how many were killed.
 */
async function runKilling(
  t: Test,
  plane: Cluster,
  killAt: readonly number[],
  moment: (typeof moments)[number],
): Promise<number> {
  let [first, at, killed] = [0, killAt[0] ?? Infinity, 0]
  let creator: CreatorProcess | undefined
  const ssm = await startFakeSsm({
    fault: ({ index }) => {
      if (index - first !== at) return undefined
      creator?.signal('SIGKILL')
      return { kind: moment }
    },
  })
  t.teardown(() => ssm.stop())
  const complete = () => groups.every((group) => isComplete(ssm, group))
  for (const next of [...killAt, Infinity]) {
    ;[first, at] = [ssm.calls.length, next]
    creator = await start(plane, ssm)
    let over = false
    void creator.ended.then(() => (over = true))
    await eventually('it is killed, or all is made', () => over || complete())
    if (over) killed++
    else await creator.kill()
    if (complete()) break
  }
  const what = killAt.map((one) => `call ${one + 1}`).join(', then ')
  t.strictSame(
    faultsOf(ssm, groups),
    [],
    `killed at ${what}, its work ${moment === 'reset' ? 'not ' : ''}done`,
  )
  t.equal(
    ssm.stored.names().length,
    groups.flatMap(({ names }) => names).length,
    'and nothing else is stored',
  )
  await ssm.stop()
  return killed
}

t.test('SIGKILL at every call to the store in turn', { skip: controlPlaneMissing }, async (t) => {
  const plane = await sharedControlPlane(t)
  await createNamespace(plane, 'kees')
  await createNamespace(plane, 'shop')
  await createPod(plane, 'shop', 'app', annotationsOf(prefix, groups))

  for (const moment of moments) {
    await t.test(`once: ${moment}`, async (t) => {
      let call = isLong ? 0 : moments.indexOf(moment)
      while ((await runKilling(t, plane, [call], moment)) > 0) call += isLong ? 1 : 3
      t.ok(call >= 7, `until it was not killed any more: ${call} calls, a Put for each parameter among them`)
    })
  }
  await t.test('repeated kills', async (t) => {
    t.ok((await runKilling(t, plane, [0, 1, 2, 3, 4, 5, 6, 7], 'answer lost')) > 2, 'several were killed')
    if (!isLong) return
    t.ok((await runKilling(t, plane, [2, 3, 2, 3, 2, 3, 2, 3], 'reset')) > 2, 'several were killed')
  })
})
