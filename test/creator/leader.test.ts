/** Two creators, one of which acts: a leader that stops, one that is killed, and one that is paused and resumed. */
import t, { type Test } from 'tap'
import { type FakeSsmServer, startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { createNamespace, createPod } from './cluster-workloads.ts'
import { type Cluster, controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { type CreatorProcess, startCreator, stopIdle } from './process.ts'
import { eventually } from '../programs/eventually.ts'

t.setTimeout(900_000)

const random = (names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [`secret.bsycorp.com/${name}_consumer`, 'kind=DYNAMIC,type=RANDOM,size=128']),
  )
const names = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`)

/** Each with an access key of its own, by which the store knows which one wrote. */
function start(plane: Cluster, ssm: FakeSsmServer, name: string, env: Readonly<Record<string, string>> = {}) {
  return startCreator({
    KUBECONFIG: plane.kubeconfig,
    ALLOW_ALL_PREFIXES: 'true',
    POD_NAME: name,
    POD_NAMESPACE: 'kees',
    PUT_RATE: '50',
    READ_RATE: '200',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: name,
    AWS_SECRET_ACCESS_KEY: 'test',
    ...env,
  })
}

const lease = '/apis/coordination.k8s.io/v1/namespaces/kees/leases/kees-creator'

const leading = (creator: CreatorProcess) => creator.log.some(({ message }) => message === 'leading')
const putsOf = (ssm: FakeSsmServer, name: string) =>
  ssm.calls.filter((call) => call.action === 'PutParameter' && call.accessKeyId === name)
const pairs = (ssm: FakeSsmServer, prefix: string) =>
  ssm.stored.names().filter((name) => name.includes(prefix) && name.endsWith('_provider')).length

function checkPairs(t: Test, ssm: FakeSsmServer, prefix: string, count: number) {
  const wrong = names(prefix, count).filter((name) => {
    const [consumer, provider] = ['consumer', 'provider'].map((part) => ssm.stored.newest(`/${name}_${part}`))
    return !consumer || consumer.value !== provider?.value || consumer.version !== 1 || provider.version !== 1
  })
  t.strictSame(wrong, [], `${count} pairs match, and nothing was overwritten`)
}

t.test('two creators', { skip: controlPlaneMissing }, async (t) => {
  const [plane, ssm] = await Promise.all([sharedControlPlane(t), startFakeSsm()])
  t.teardown(() => ssm.stop())
  await createNamespace(plane, 'kees')
  await createNamespace(plane, 'shop')
  const [a, b] = await Promise.all([start(plane, ssm, 'a'), start(plane, ssm, 'b')])
  t.teardown(() => Promise.all([a.kill(), b.kill()]))
  await eventually('one leads', () => leading(a) || leading(b))
  const [first, second, firstName, secondName] = leading(a)
    ? ([a, b, 'a', 'b'] as const)
    : ([b, a, 'b', 'a'] as const)

  await t.test('both watch, one acts', async (t) => {
    await createPod(plane, 'shop', 'one', random(names('one', 10)))
    await eventually('ten pairs are stored', () => pairs(ssm, 'one') === 10)
    await eventually('both are ready', async () => {
      const answers = await Promise.all([a.get('/readyz'), b.get('/readyz')])
      return answers.every(({ status }) => status === 200)
    })
    t.strictSame(
      ssm.calls.filter(({ accessKeyId }) => accessKeyId === secondName),
      [],
    )
    t.match((await second.get('/metrics')).text, /^kees_creator_pods 1$/m)
    t.match((await second.get('/metrics')).text, /^kees_creator_leading 0$/m)
    checkPairs(t, ssm, 'one', 10)
  })

  await t.test('a leader that was paused writes nothing after its Lease has expired', async (t) => {
    await createPod(plane, 'shop', 'two', random(names('two', 100)))
    await eventually('it creates parameters', () => pairs(ssm, 'two') > 10)
    first.signal('SIGSTOP')
    const paused = Date.now()
    t.ok(pairs(ssm, 'two') < 100, 'in the middle of it')
    await eventually('the other leads', () => leading(second))
    t.ok(Date.now() - paused >= 8000, `not before its time, but after ${Date.now() - paused} ms`)
    await eventually('the other has done the rest', () => pairs(ssm, 'two') === 100)
    const before = putsOf(ssm, firstName).length
    first.signal('SIGCONT')
    t.equal(await first.ended, 5, 'it ends, to be started again')
    t.match(first.log.at(-1), { message: 'the Lease was lost' })
    t.equal(putsOf(ssm, firstName).length, before, 'and has written nothing')
    checkPairs(t, ssm, 'two', 100)
  })

  await t.test(
    'a leader that stops finishes the work that has begun, and the other follows at once',
    async (t) => {
      const third = await start(plane, ssm, 'c')
      t.teardown(() => third.kill())
      await createPod(plane, 'shop', 'three', random(names('three', 200)))
      await eventually('it creates parameters', () => pairs(ssm, 'three') > 10)
      second.signal('SIGTERM')
      t.equal(await second.ended, 0)
      const halves = ssm.stored.names().filter((name) => name.includes('three') && name.endsWith('_consumer'))
      t.equal(halves.length, pairs(ssm, 'three'), 'no pair is half made')
      t.ok(halves.length < 200, `${halves.length} of 200 pairs`)
      const { body } = await plane.request('GET', lease)
      t.notMatch(body, { spec: { holderIdentity: secondName } }, 'it has released the Lease')
      t.match(second.log.at(-1), { message: 'stopped' })
      await eventually('the next leads', () => leading(third))
      await eventually('it has done the rest', () => pairs(ssm, 'three') === 200)
      checkPairs(t, ssm, 'three', 200)
    },
  )

  await t.test(
    'without leader election, two creators on the same groups create no mismatch and overwrite nothing',
    async (t) => {
      const both = await Promise.all(
        ['x', 'y'].map((name) => start(plane, ssm, name, { LEADER_ELECTION: 'false', PUT_RATE: '200' })),
      )
      t.teardown(() => Promise.all(both.map((one) => one.kill())))
      await createPod(plane, 'shop', 'four', random(names('four', 50)))
      await eventually('all pairs are stored', () => pairs(ssm, 'four') === 50)
      t.strictSame(await stopIdle(both), [0, 0])
      t.ok(putsOf(ssm, 'x').length > 0 && putsOf(ssm, 'y').length > 0, 'both were at work')
      checkPairs(t, ssm, 'four', 50)
    },
  )
})
