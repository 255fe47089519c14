/** Roll-outs and the way back: of a declaration that fails, of the image of init and its attributes, and of the creator. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { root } from '../../programs/programs.ts'
import { appDeployment, appPod, neverScheduled } from '../app-pod.ts'
import { beforeContract, buildEarlier, commitMissing } from '../earlier-version.ts'
import { installCreator, writeCreatorInstallation } from '../install-creator.ts'
import { creatorEvents } from '../scale-events.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const password = 'secret.bsycorp.com/db.password'
const reference = 'kind=REFERENCE,type=PASSWORD'

/** A namespace with a store, and a Deployment `app` of two replicas in it. */
async function start(t: Test, title: string) {
  const cluster = await useNode(t)
  const { server, endpoint, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  const namespace = await cluster.makeNamespace(title)
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const pods = async (): Promise<Pod[]> => {
    const { items } = JSON.parse(await inNamespace('get', 'pods', '-l', 'app=app', '-o', 'json'))
    return items.filter(({ metadata }: Pod) => metadata.deletionTimestamp === undefined)
  }
  return {
    cluster,
    server,
    endpoint,
    namespace,
    inNamespace,
    deployment: (annotations: Readonly<Record<string, string>>) =>
      appDeployment(namespace, 'app', annotations, 2),
    pods,
    inject,
    apply: (manifest: string) => cluster.kubectl(['apply', '-f', '-'], manifest),
    rolledOut: () => inNamespace('rollout', 'status', 'deployment/app', '--timeout=240s'),
    /** What a command prints in each replica. */
    inEach: async (...command: string[]) => {
      const outputs: string[] = []
      for (const { metadata } of await pods())
        outputs.push(await inNamespace('exec', metadata.name, '-c', 'app', '--', ...command))
      return outputs
    },
  }
}

type Pod = {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: {
    readonly initContainerStatuses?: readonly {
      readonly state: { readonly terminated?: { readonly exitCode: number } }
      readonly lastState: { readonly terminated?: { readonly exitCode: number } }
    }[]
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

t.test(
  'a roll-out whose parameter is missing leaves the old pods, and is undone',
  { skip: nodeTestsMissing },
  async (t) => {
    const { inject, apply, deployment, rolledOut, pods, inNamespace, inEach } = await start(t, 'undo')
    await apply(inject(deployment({ [password]: reference })))
    await rolledOut()
    const before = (await pods()).map(({ metadata }) => metadata.name)
    await apply(inject(deployment({ [password]: reference, 'secret.bsycorp.com/absent': reference })))
    const hasFailed = async () =>
      (await pods()).some(({ status }) =>
        [status.initContainerStatuses?.[0]?.state, status.initContainerStatuses?.[0]?.lastState].some(
          (state) => state?.terminated?.exitCode === 3,
        ),
      )
    await eventually('init of a new pod ends with 3', hasFailed, patience)
    const isReady = ({ status }: Pod) =>
      status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true
    t.strictSame(
      (await pods())
        .filter(isReady)
        .map(({ metadata }) => metadata.name)
        .toSorted(),
      before.toSorted(),
    )

    await inNamespace('rollout', 'undo', 'deployment/app')
    await rolledOut()
    const isGone = async () => (await pods()).length === 2
    await eventually('the new pod is gone', isGone, patience)
    t.strictSame((await pods()).map(({ metadata }) => metadata.name).toSorted(), before.toSorted())
    t.strictSame(await inEach('cat', '/secret/secret'), Array(2).fill('db.password=fakepassword\n'))
  },
)

t.test('the StoragePolicy of the creator is rolled back with it', { skip: nodeTestsMissing }, async (t) => {
  const { cluster, server, endpoint, namespace } = await start(t, 'policy')
  const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
  const ready = () => inKees('rollout', 'status', 'deployment/kees-creator', '--timeout=240s')
  const declares = (name: string) => {
    const annotations = {
      'init.bsycorp.com/storage-prefix': '/shared',
      [`secret.bsycorp.com/${name}`]: 'kind=DYNAMIC,type=PASSWORD,size=256',
    }
    return cluster.kubectl(
      ['create', '-f', '-'],
      JSON.stringify(appPod(namespace, name, annotations, neverScheduled)),
    )
  }
  await installCreator(t, cluster, endpoint)
  const shipped = readFileSync(join(root, 'install/creator/storage-policy.yaml'), 'utf8')
  const wider = shipped.replace('"/{namespace}"', '"/{namespace}", "/shared"')
  t.not(wider, shipped)
  const folder = join(t.testdir(), 'wider')
  await cluster.kubectl(['apply', '-k', writeCreatorInstallation(folder, endpoint, [], wider)])
  await ready()
  await declares('allowed')
  const isCreated = () => server.stored.newest('/shared/allowed') !== undefined
  await eventually('the parameter is created', isCreated, patience)

  await inKees('rollout', 'undo', 'deployment/kees-creator')
  await ready()
  await eventually(
    'only the creators of the earlier revision run',
    async () => (await inKees('get', 'pods', '-o', 'name')).trim().split('\n').length === 2,
    patience,
  )
  await declares('refused')
  const isRefused = async () =>
    (await creatorEvents(cluster, 'RefusedByPolicy')).some(({ message }) =>
      /\/refused: .*not below/.test(message),
    )
  await eventually('the earlier policy refuses the prefix', isRefused, patience)
  t.equal(server.stored.newest('/shared/refused'), undefined)
})

const missing = nodeTestsMissing || commitMissing(beforeContract)

t.test('to a newer version and back', { skip: missing }, async (t) => {
  const earlier = await buildEarlier(beforeContract)
  t.teardown(earlier.remove)

  await t.test('a Deployment: another image of init, new attributes, and the way back', async (t) => {
    const { cluster, inject, apply, deployment, rolledOut, inEach, inNamespace } = await start(t, 'back')
    await cluster.load(earlier.archive)
    await apply(inject(deployment({ [password]: reference }), { image: earlier.initImage }, earlier.kees))
    await rolledOut()
    const asBefore = Array(2).fill('db.password=fakepassword\n')
    t.strictSame(await inEach('cat', '/secret/secret'), asBefore)

    await apply(inject(deployment({ [password]: `${reference},file=password,mode=0444` })))
    await rolledOut()
    t.strictSame(await inEach('cat', '/secret/password'), Array(2).fill('fakepassword'))

    await inNamespace('rollout', 'undo', 'deployment/app')
    await rolledOut()
    t.strictSame(await inEach('cat', '/secret/secret'), asBefore)
    t.strictSame(await inEach('ls', '/secret'), Array(2).fill('secret\n'))
  })

  await t.test('the creator: what one version created, the other does not change', async (t) => {
    const { cluster, server, endpoint, namespace } = await start(t, 'creators')
    await cluster.load(earlier.archive)
    await installCreator(t, cluster, endpoint)
    const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
    const ready = () => inKees('rollout', 'status', 'deployment/kees-creator', '--timeout=240s')
    const images = async () => {
      const list = ['get', 'pods', '-o', 'jsonpath={.items[*].spec.containers[0].image}']
      return new Set((await inKees(...list, '--field-selector=status.phase=Running')).split(' '))
    }
    const made = new Map<string, unknown>()
    /** Creates a pod whose parameters are then created, while no other parameter changes. */
    const declares = async (name: string) => {
      const pod = appPod(
        namespace,
        name,
        {
          'init.bsycorp.com/storage-prefix': `/${namespace}`,
          [`secret.bsycorp.com/${name}`]: 'kind=DYNAMIC,type=PASSWORD,size=256',
          [`secret.bsycorp.com/${name}-key_private`]: 'kind=DYNAMIC,type=RSA,size=2048',
        },
        neverScheduled,
      )
      await cluster.kubectl(['create', '-f', '-'], JSON.stringify(pod))
      const own = [name, `${name}-key_private`, `${name}-key_public`].map((one) => `/${namespace}/${one}`)
      const areMade = () => own.every((one) => server.stored.newest(one) !== undefined)
      await eventually(`the parameters of ${name} are created`, areMade, patience)
      for (const [one, before] of made) t.strictSame(server.stored.newest(one), before, one)
      for (const one of own) made.set(one, server.stored.newest(one))
    }
    const present = await images()
    await declares('present')
    await inKees('set', 'image', 'deployment/kees-creator', `creator=${earlier.creatorImage}`)
    await ready()
    const onlyEarlier = async () => [...(await images())].join() === earlier.creatorImage
    await eventually('only the earlier one runs', onlyEarlier, patience)
    await declares('earlier')
    await inKees('rollout', 'undo', 'deployment/kees-creator')
    await ready()
    await eventually(
      'only the present one runs',
      async () => [...(await images())].join() === [...present].join(),
      patience,
    )
    await declares('again')
    t.equal(made.size, 9)
    const versions = new Set(server.stored.names().map((one) => server.stored.newest(one)?.version))
    t.strictSame(versions, new Set([1]), 'nothing was written twice')
  })
})
