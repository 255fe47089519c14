/**
 * What the example of the creator prints (`expected/`, which test/docs/examples.test.ts compares with kustomize) is rolled out, and applies its own
 * StoragePolicy. Only what a cluster without a registry and without Prometheus lacks is replaced: the image, the store and the ServiceMonitor.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { eventually } from '../../programs/eventually.ts'
import { root } from '../../programs/programs.ts'
import { appPod, neverScheduled } from '../app-pod.ts'
import { storeVariables } from '../install-creator.ts'
import { creatorImage } from '../node-images.ts'
import { removeIfPassed } from '../remove-if-passed.ts'
import { creatorEvents } from '../scale-events.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_200_000)

const patience = 240_000
const file = join(root, 'kustomize-examples/creator/expected/kustomize-build.yaml')

t.test('the example of the creator', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  const all = parseAllDocuments(readFileSync(file, 'utf8')).map((one): Manifest => one.toJS())
  const items = all.filter(({ kind }) => kind !== 'ServiceMonitor')
  t.equal(items.length, all.length - 1, 'its component has a ServiceMonitor')
  const [deployment] = items.filter(({ kind }) => kind === 'Deployment')
  for (const container of deployment?.spec?.template?.spec.containers ?? []) {
    container.image = creatorImage
    const known = new Set(container.env.map(({ name }) => name))
    container.env.push(...storeVariables(endpoint).filter(({ name }) => !known.has(name)))
  }
  const manifest = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  removeIfPassed(t, () => cluster.kubectl(['delete', '-f', '-', '--timeout=240s'], manifest))
  await cluster.kubectl(['apply', '-f', '-'], manifest)
  await cluster.kubectl(['-n', 'kees', 'rollout', 'status', 'deployment/kees-creator', '--timeout=240s'])

  // The policy has rules for team-* and for two namespaces by name.
  const [team, other] = [await cluster.makeNamespace('team'), await cluster.makeNamespace('other')]
  for (const namespace of [team, other]) {
    const annotations = {
      'init.bsycorp.com/storage-prefix': `/${namespace}`,
      'secret.bsycorp.com/token': 'kind=DYNAMIC,type=PASSWORD,size=256',
    }
    const pod = appPod(namespace, 'app', annotations, neverScheduled)
    await cluster.kubectl(['create', '-f', '-'], JSON.stringify(pod))
  }
  const newest = (namespace: string) => server.stored.newest(`/${namespace}/token`)
  await eventually('the parameter is created', () => newest(team) !== undefined, patience)
  t.match(newest(team), { version: 1, keyId: /^arn:aws:kms:eu-west-1:111122223333:key\// })
  const isRefused = async () =>
    (await creatorEvents(cluster, 'RefusedByPolicy')).some(
      ({ involvedObject: { namespace } }) => namespace === other,
    )
  await eventually('an Event refuses the other namespace', isRefused, patience)
  t.equal(newest(other), undefined)
})

type Manifest = {
  readonly kind: string
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: { image: string; readonly env: { name: string; value?: string }[] }[]
      }
    }
  }
}
