/** Two creators that know nothing of each other, started together on the same groups. */
import t from 'tap'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { createNamespace, createPod } from './cluster-workloads.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { startCreator, stopIdle } from './process.ts'
import { isLong } from '../programs/long.ts'
import { eventually } from '../programs/eventually.ts'
import { annotationsOf, faultsOf, isComplete, testGroup } from './stored-groups.ts'

t.setTimeout(1_200_000)

const prefix = '/shop'
const groups = Array.from({ length: isLong ? 1000 : 150 }, (_, index) =>
  // Keys take a tenth of a second each.
  testGroup(
    index % 100 === 0 ? 'RSA' : index % 50 === 0 ? 'GPG' : index % 4 === 0 ? 'PASSWORD' : 'pair',
    prefix,
    `group${index}`,
  ),
)

t.test('two creators on the same groups', { skip: controlPlaneMissing }, async (t) => {
  // Answers that take a while are what lets two meet.
  const [plane, ssm] = await Promise.all([sharedControlPlane(t), startFakeSsm({ latency: 10 })])
  t.teardown(() => ssm.stop())
  await createNamespace(plane, 'shop')
  for (let pod = 0; pod < 10; pod++) {
    await createPod(
      plane,
      'shop',
      `app-${pod}`,
      annotationsOf(
        prefix,
        groups.filter((_, index) => index % 10 === pod),
      ),
    )
  }
  const both = await Promise.all(
    ['a', 'b'].map((name) =>
      startCreator({
        KUBECONFIG: plane.kubeconfig,
        ALLOW_ALL_PREFIXES: 'true',
        LEADER_ELECTION: 'false',
        POD_NAME: name,
        PUT_RATE: '400',
        READ_RATE: '1000',
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL: ssm.endpoint,
        AWS_ACCESS_KEY_ID: name,
        AWS_SECRET_ACCESS_KEY: 'test',
      }),
    ),
  )
  t.teardown(() => Promise.all(both.map((one) => one.kill())))
  await eventually('half of it is made', () => ssm.stored.names().length > groups.length)
  await eventually('every group is complete', () => groups.every((group) => isComplete(ssm, group)))
  // What is under way when the last is stored is finished too.
  t.strictSame(await stopIdle(both), [0, 0])
  const puts = ssm.calls.filter(({ action }) => action === 'PutParameter')
  t.strictSame(faultsOf(ssm, groups), [], 'all are complete, match, and were written once')
  t.equal(
    ssm.stored.names().length,
    groups.flatMap(({ names }) => names).length,
    'and nothing else is stored',
  )
  const [a, b] = ['a', 'b'].map((name) => puts.filter(({ accessKeyId }) => accessKeyId === name).length)
  const names = puts.flatMap((put) => put.names)
  const least = groups.length / 10
  t.ok((a ?? 0) > least && (b ?? 0) > least, `both wrote: ${a} and ${b} Puts`)
  t.ok(names.length > new Set(names).size, `they met at ${names.length - new Set(names).size} parameters`)
  const told = both
    .flatMap(({ log }) => log.filter(({ message }) => message === 'event recorded'))
    // Those of this test have no init container.
    .filter(({ reason }) => reason !== 'NotInjected')
  t.strictSame(told, [], 'no pod gets an Event about a mismatch')
})
