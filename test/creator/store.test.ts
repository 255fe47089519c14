/** What the creator asks of a store that is as strict as AWS: in what form it stores, how often it asks, what it may not. */
import { createPublicKey } from 'node:crypto'
import t from 'tap'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { decodePrivateKey, encodePublicKey } from '../../runtime/values/rsa-key.ts'
import { createNamespace, createPod, eventsOf } from './cluster-workloads.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { startCreator } from './process.ts'
import { eventually } from '../programs/eventually.ts'

t.setTimeout(1_200_000)

const key = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
const dynamic = (name: string, attributes: string) => ({
  [`secret.bsycorp.com/${name}`]: `kind=DYNAMIC,${attributes}`,
})

t.test('the creator and its store', { skip: controlPlaneMissing }, async (t) => {
  const denied = (name: string) => name.startsWith('/denied/')
  const [plane, ssm] = await Promise.all([
    sharedControlPlane(t),
    startFakeSsm({ putsPerSecond: 10, readsPerSecond: 40, lag: 1000, denied: (right) => denied(right.name) }),
  ])
  t.teardown(() => ssm.stop())
  await createNamespace(plane, 'shop')
  const creator = await startCreator({
    KUBECONFIG: plane.kubeconfig,
    ALLOW_ALL_PREFIXES: 'true',
    LEADER_ELECTION: 'false',
    KMS_KEY_ID: key,
    // More than the store takes.
    PUT_RATE: '100',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.endpoint,
    AWS_ACCESS_KEY_ID: 'creator',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  t.teardown(() => creator.kill())

  await t.test('a key pair of the largest size, under a key of one’s own', async (t) => {
    await createPod(plane, 'shop', 'keys', dynamic('large_public', 'type=RSA,size=4096'))
    await eventually('the pair is stored', () => ssm.stored.newest('/large_public') !== undefined)
    const [first, second] = ['/large_private', '/large_public'].map((name) => ssm.stored.newest(name))
    const privateKey = decodePrivateKey(first?.value ?? '')
    t.equal(privateKey && encodePublicKey(createPublicKey(privateKey)), second?.value)
    for (const one of [first, second]) {
      t.match(one, {
        version: 1,
        type: 'SecureString',
        keyId: key,
        description: /^Made by kees: RSA, 4096 bits, /,
      })
    }
  })

  await t.test('a denied name is reported, and the others are created', async (t) => {
    await createPod(plane, 'shop', 'denied', {
      ...dynamic('no', 'type=PASSWORD,size=128,storageKey=denied/a'),
      ...dynamic('yes', 'type=PASSWORD,size=128,storageKey=allowed/a'),
    })
    await eventually('the other is stored', () => ssm.stored.newest('/allowed/a') !== undefined)
    const told = async () => (await eventsOf(plane, 'shop')).filter(({ reason }) => reason === 'AccessDenied')
    await eventually('the Event is recorded', async () => (await told()).length === 1)
    t.match(await told(), [{ pod: 'denied', type: 'Warning', message: /^\/denied\/a: .*access is denied/ }])
    t.notMatch(JSON.stringify(await told()), 'arn:', 'without ARNs')
  })

  await t.test(
    'a store that throttles and shows writes late gets everything, at a rate that it takes',
    async (t) => {
      const names = Array.from({ length: 60 }, (_, index) => `p${index}`)
      const before = ssm.calls.length
      const all = names.map((name) => dynamic(`${name}_consumer`, 'type=RANDOM,size=128'))
      await createPod(plane, 'shop', 'many', Object.assign({}, ...all))
      const isThere = (name: string) => ssm.stored.newest(`/${name}_provider`) !== undefined
      await eventually('all pairs are stored', () => names.every(isThere))
      for (const name of names) {
        const [a, b] = ['consumer', 'provider'].map((part) => ssm.stored.newest(`/${name}_${part}`))
        if (a?.value !== b?.value || a?.version !== 1 || b?.version !== 1) t.fail(name)
      }
      const puts = ssm.calls.slice(before).filter(({ action }) => action === 'PutParameter').length
      t.ok(puts < 2.5 * 120, `${puts} calls for 120 parameters`)
      t.match(
        (await creator.get('/metrics')).text,
        /store_errors_total\{operation="create",code="THROTTLED"\} [1-9]/,
      )
    },
  )

  await t.test('existing parameters are looked up without decryption, ten names a call', async (t) => {
    const asked = ssm.calls.filter((call) => call.action === 'GetParameters')
    const existence = asked.filter((call) => call.withDecryption !== true)
    t.ok(existence.some(({ names }) => names.length === 10))
    t.ok(existence.every(({ names }) => names.length <= 10))
    const decrypted = asked.filter((call) => call.withDecryption === true).flatMap(({ names }) => names)
    t.ok(
      decrypted.every((name) => /_(private|public|consumer|provider)$/.test(name)),
      'decrypted are only the parts of groups',
    )
    t.ok(ssm.calls.every(({ action }) => action === 'GetParameters' || action === 'PutParameter'))
  })
})
