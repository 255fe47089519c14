/** The creator as it is installed: with the environment, the StoragePolicy and the rights of its base, among a hostile team. */
import { join } from 'node:path'
import t from 'tap'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { type Annotations, createNamespace, createPod, eventsOf } from './cluster-workloads.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { get, justThePolicy, policyOf, put } from '../iam/creator-module.ts'
import { eventually } from '../programs/eventually.ts'
import { isAllowed } from '../iam/iam-judge.ts'
import { startInstalled } from './installed-creator.ts'
import { root, run } from '../programs/programs.ts'
import { annotationsOf, faultsOf, isComplete, testGroup } from './stored-groups.ts'
import { kubectl, terraform } from '../programs/tools.ts'

t.setTimeout(1_200_000)

const { path: kubectlPath = 'kubectl', missing: kubectlMissing } = kubectl()
const skip = controlPlaneMissing || (kubectlMissing ?? false)

t.test('the creator as it is installed', { skip }, async (t) => {
  const [plane, ssm] = await Promise.all([sharedControlPlane(t), startFakeSsm()])
  t.teardown(() => ssm.stop())
  const base = join(root, 'install', 'creator')
  const applied = run(kubectlPath, ['--kubeconfig', plane.kubeconfig, 'apply', '-k', base])
  t.equal(applied.status, 0, applied.stderr)
  for (const name of ['shop', 'team-a', 'evil']) await createNamespace(plane, name)
  const creator = await startInstalled(t, plane, ssm)
  t.teardown(creator.kill)
  const told = async (namespace: string, pod: string) =>
    (await eventsOf(plane, namespace)).filter((event) => event.pod === pod && event.reason !== 'NotInjected')
  const isTold = (namespace: string, pod: string, reason: string) =>
    eventually(`${reason} is recorded on ${pod}`, async () =>
      (await told(namespace, pod)).some((event) => event.reason === reason),
    )
  const namesBelow = (prefix: string) =>
    ssm.stored.names().filter((name) => `/${name}`.replace('//', '/').startsWith(`${prefix}/`))

  await t.test(
    'with the rights of its ServiceAccount it leads, creates parameters and records Events',
    async (t) => {
      const groups = [testGroup('RSA', '/shop', 'key'), testGroup('PASSWORD', '/shop', 'db.password')]
      await createPod(plane, 'shop', 'app', annotationsOf('/shop', groups))
      await eventually('the groups are stored', () => groups.every((group) => isComplete(ssm, group)))
      t.strictSame(faultsOf(ssm, groups), [])
      await isTold('shop', 'app', 'Created')
      const lease = await plane.request(
        'GET',
        '/apis/coordination.k8s.io/v1/namespaces/kees/leases/kees-creator',
      )
      t.match(lease.body, { spec: { holderIdentity: 'kees-creator-0' } })
      t.notMatch(JSON.stringify(creator.log), /refuse|denied|forbidden/i, 'nothing that it needs is refused')
    },
  )

  await t.test(
    'what the StoragePolicy, SSM or the grammar does not allow is refused, with an Event',
    async (t) => {
      const refused: readonly (readonly [pod: string, reason: string, annotations: Annotations])[] = [
        [
          'prefix-of-others',
          'RefusedByPolicy',
          { ...prefix('/shop'), ...one('stolen', 'type=PASSWORD,size=128') },
        ],
        [
          'prefix-look-alike',
          'RefusedByPolicy',
          { ...prefix('/evil2'), ...one('a', 'type=PASSWORD,size=128') },
        ],
        ['no-prefix', 'RefusedByPolicy', one('rootless', 'type=PASSWORD,size=128')],
        [
          'way-up',
          'InvalidAnnotation',
          { ...prefix('/evil/../shop'), ...one('a', 'type=PASSWORD,size=128') },
        ],
        [
          'way-up-by-key',
          'InvalidAnnotation',
          { ...prefix('/evil'), ...one('a', 'type=PASSWORD,size=128,storageKey=../shop/a') },
        ],
        [
          'tiny',
          'RefusedByPolicy',
          {
            ...prefix('/evil'),
            ...one('tiny', 'type=RANDOM,size=8'),
            ...one('tiny2', 'type=PASSWORD,size=80'),
          },
        ],
        [
          'tiny-key',
          'InvalidAnnotation',
          { ...prefix('/evil'), ...one('tiny_private', 'type=RSA,size=512') },
        ],
        ['a-thousand', 'RefusedByPolicy', aThousand()],
        [
          'controls',
          'InvalidAnnotation',
          {
            ...prefix('/evil'),
            ...one('a', `type=${controls},size=128`),
            ...one('b', `type=PASSWORD,${controls}=128`),
          },
        ],
        [
          'two-sizes',
          'InvalidAnnotation',
          {
            ...prefix('/evil'),
            ...one('k_private', 'type=RSA,size=2048'),
            ...one('k_public', 'type=RSA,size=4096'),
          },
        ],
        [
          'two-types',
          'InvalidAnnotation',
          {
            ...prefix('/evil'),
            ...one('m_public', 'type=RSA,size=2048'),
            ...one('m_private', 'type=PASSWORD,size=128'),
          },
        ],
      ]
      for (const [pod, , annotations] of refused) await createPod(plane, 'evil', pod, annotations)
      for (const [pod, reason] of refused) {
        await isTold('evil', pod, reason)
        t.strictSame([...new Set((await told('evil', pod)).map((event) => event.reason))], [reason], pod)
      }
      t.strictSame(namesBelow('/evil'), [], 'nothing of it is made')
      t.equal(namesBelow('/shop').length, 3, 'and nothing of others')
      t.match(await told('evil', 'a-thousand'), [
        { message: /has 1000 DYNAMIC declarations, .* allows 50: none is created/ },
      ])
      // For readers of a terminal, or of the log line by line.
      const message = (await told('evil', 'controls')).map((event) => event.message).join()
      t.match(message, '\\u001b[2J\\r\\nx')
      t.notMatch(message, /[\p{Cc}\p{Zl}\p{Zp}]/u)
    },
  )

  await t.test('of names that collide by suffix, the pod that was seen first counts', async (t) => {
    await createPod(plane, 'evil', 'first', { ...prefix('/evil'), ...one('c_public', 'type=RSA,size=2048') })
    await eventually('the pair is stored', () => namesBelow('/evil').length === 2)
    await createPod(plane, 'evil', 'second', {
      ...prefix('/evil'),
      ...one('c_private', 'type=PASSWORD,size=128'),
    })
    await isTold('evil', 'second', 'Conflict')
    t.strictSame(faultsOf(ssm, [testGroup('RSA', '/evil', 'c')]), [])
  })

  await t.test('a team with very many declarations does not delay another', async (t) => {
    for (let pod = 0; pod < 6; pod++) {
      const names = Array.from({ length: 50 }, (_, index) =>
        one(`mass-${pod}-${index}`, 'type=RANDOM,size=256'),
      )
      await createPod(plane, 'evil', `mass-${pod}`, Object.assign(prefix('/evil'), ...names))
    }
    await eventually('it creates parameters', () => namesBelow('/evil').length > 10)
    const groups = [testGroup('pair', '/team-a', 'token')]
    await createPod(plane, 'team-a', 'app', annotationsOf('/team-a', groups))
    await eventually('the other team has its token', () => groups.every((group) => isComplete(ssm, group)))
    t.ok(namesBelow('/evil').length < 150, `before the first team has all: ${namesBelow('/evil').length}`)
    await eventually('the hour of the first team is used up', () => namesBelow('/evil').length === 200)
    const reasons = async () => (await eventsOf(plane, 'evil')).map(({ reason }) => reason)
    await eventually('the Event is recorded', async () => (await reasons()).includes('QuotaExceeded'))
    t.equal(namesBelow('/evil').length, 200, 'of 302 that it requested')
  })

  const skipped = terraform().missing ?? false
  await t.test(
    'the policy of its Terraform module allows each call that it made',
    { skip: skipped },
    async (t) => {
      const policy = await policyOf(await justThePolicy(t.testdir({})), ['/shop', '/team-a', '/evil'])
      const namesOf = (action: string) =>
        new Set(ssm.calls.filter((call) => call.action === action).flatMap(({ names }) => names))
      t.strictSame(new Set(ssm.calls.map(({ action }) => action)), new Set(['GetParameters', 'PutParameter']))
      const [puts, gets] = [namesOf('PutParameter'), namesOf('GetParameters')]
      t.ok(puts.size > 200 && gets.size > 200, `${puts.size} names put, ${gets.size} asked for`)
      for (const name of puts) {
        if (!(await isAllowed([policy], put(name)))) t.fail(`put ${name}`)
        if (await isAllowed([policy], put(name, { 'ssm:Overwrite': 'true' }))) t.fail(`overwrite ${name}`)
      }
      for (const name of gets) if (!(await isAllowed([policy], get(name)))) t.fail(`get ${name}`)
    },
  )
})

const prefix = (text: string): Annotations => ({ 'init.bsycorp.com/storage-prefix': text })
const one = (name: string, attributes: string): Annotations => ({
  [`secret.bsycorp.com/${name}`]: `kind=DYNAMIC,${attributes}`,
})

const controls = 'y\u001b[2J\r\nx\u2028\0z'

/** About as many as the bounds of api/bounds.ts allow on one pod. */
function aThousand(): Annotations {
  const all = Array.from({ length: 1000 }, (_, index) => one(`k${index}_public`, 'type=RSA,size=4096'))
  return Object.assign(prefix('/evil'), ...all)
}
