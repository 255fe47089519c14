/** A roll-out whose declaration fails, and the way back. */
import t, { type Test } from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { appImage } from '../node-images.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const stays = 'trap "exit 0" TERM; while :; do sleep 0.5; done'
const password = 'secret.bsycorp.com/db.password'
const reference = 'kind=REFERENCE,type=PASSWORD'

/** A namespace with a store, and a Deployment `app` of two replicas in it. */
async function start(t: Test, title: string) {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  const namespace = await cluster.makeNamespace(title)
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const deployment = (annotations: Readonly<Record<string, string>>) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'app' } },
      template: {
        metadata: { labels: { app: 'app' }, annotations },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'app', image: appImage, command: ['sh', '-c', stays] }],
        },
      },
    },
  })
  const pods = async (): Promise<Pod[]> => {
    const { items } = JSON.parse(await inNamespace('get', 'pods', '-l', 'app=app', '-o', 'json'))
    return items.filter(({ metadata }: Pod) => metadata.deletionTimestamp === undefined)
  }
  return {
    inNamespace,
    deployment,
    pods,
    inject,
    apply: (manifest: string) => cluster.kubectl(['apply', '-f', '-'], manifest),
    rolledOut: () => inNamespace('rollout', 'status', 'deployment/app', '--timeout=240s'),
    /** What each replica reads. */
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
