/**
 * The policies of `kees admission-policy` and every controller of Kubernetes that makes pods: with `--inject` its pods run with their
 * secrets, and without it the pods of workloads that are older than the policies are denied, which an Event on the controller says.
 */
import t, { type Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { eventually } from '../../programs/eventually.ts'
import { run } from '../../programs/programs.ts'
import { stays } from '../app-pod.ts'
import { appImage, initImage } from '../node-images.ts'
import { storeVariables } from '../install-creator.ts'
import { removeIfPassed } from '../remove-if-passed.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { type Cluster, nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const patience = 240_000
const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }

const storagePolicy = `apiVersion: kees.bsycorp.com/v1alpha1
kind: StoragePolicy
metadata: {name: default}
spec:
  rules: [{namespaces: ["*"], prefixes: ["/{namespace}"]}]
`

type Object = { readonly kind: string; readonly metadata: { readonly name: string }; readonly spec: object }

/** All kinds that make pods. */
const kinds = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const
type Kind = (typeof kinds)[number]

/** @param fields of its spec. @param podFields of that of its pods. */
function workload(
  kind: Kind,
  fields: object = {},
  podFields: object = {},
): Object & { readonly apiVersion: string } {
  const name = kind.toLowerCase()
  const isJob = kind === 'Job' || kind === 'CronJob'
  const app = {
    name: 'app',
    image: appImage,
    command: ['sh', '-c', isJob ? 'cat /secret/secret' : stays],
  }
  const template = {
    metadata: { labels: { app: name }, annotations },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [app],
      ...(isJob ? { restartPolicy: 'Never' } : {}),
      ...podFields,
    },
  }
  const selector =
    kind === 'ReplicationController'
      ? { selector: { app: name } }
      : isJob
        ? {}
        : { selector: { matchLabels: { app: name } } }
  const spec = {
    ...selector,
    ...(kind === 'StatefulSet' ? { serviceName: name } : {}),
    ...(kind === 'CronJob'
      ? { schedule: '* * * * *', jobTemplate: { spec: { backoffLimit: 0, template } } }
      : { template }),
    ...fields,
  }
  const apiVersion = kind === 'ReplicationController' ? 'v1' : isJob ? 'batch/v1' : 'apps/v1'
  return { apiVersion, kind, metadata: { name }, spec }
}

/** Installs the policies for one namespace, whose name is the prefix of their names, too. @param args of the command. */
async function installPolicies(
  t: Test,
  cluster: Cluster,
  namespace: string,
  args: readonly string[],
): Promise<void> {
  const folder = t.testdir({ 'storage-policy.yaml': storagePolicy })
  const policy = ['admission-policy', '--name', namespace, '--policy', `${folder}/storage-policy.yaml`]
  const { status, stdout, stderr } = run('kees', [...policy, ...args])
  if (status !== 0) throw new Error(stderr)
  const objects = parseAllDocuments(stdout).map((one): Object => one.toJS())
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } }
  const items = objects.map((object) =>
    object.kind.endsWith('Binding')
      ? { ...object, spec: { ...object.spec, matchResources: { namespaceSelector } } }
      : object,
  )
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items })
  removeIfPassed(t, () => cluster.kubectl(['delete', '-f', '-', '--wait=false'], list))
  await cluster.kubectl(['create', '-f', '-'], list)
}

/** In a namespace of its own. */
async function start(t: Test, title: string) {
  const cluster = await useNode(t)
  const namespace = await cluster.makeNamespace(title)
  const kubectl = (args: readonly string[], input?: string) =>
    cluster.kubectl(['-n', namespace, ...args], input)
  return {
    cluster,
    namespace,
    kubectl,
    create: (object: object, ...flags: string[]) =>
      kubectl(['create', '-f', '-', ...flags], JSON.stringify(object)),
    /** A bare pod of the same template. */
    pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bare', annotations }, spec: bareSpec },
  }
}
const bareSpec = { containers: [{ name: 'app', image: appImage }] }

t.test('pods of every controller are injected by the API server', { skip: nodeTestsMissing }, async (t) => {
  const { cluster, namespace, kubectl, create, pod } = await start(t, 'injecting')
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  const variables = storeVariables(endpoint)
  const refused = variables.map(({ name }) => name).filter((name) => name !== 'AWS_REGION')
  const allowed = refused.flatMap((name) => ['--allow-env', name])
  const options = ['--image', initImage, '--env', JSON.stringify(variables), ...allowed]
  await installPolicies(t, cluster, namespace, ['--inject', ...options])
  const isInjected = async () =>
    (await create(pod, '--dry-run=server', '--output=yaml')).includes('init-container')
  await eventually('the policies are at work', isInjected, patience)

  for (const kind of kinds) await create(workload(kind))
  for (const kind of kinds) {
    await t.test(kind, async (t) => {
      const label = `app=${kind.toLowerCase()}`
      const pods = async (): Promise<{ metadata: { name: string }; status: { phase: string } }[]> =>
        JSON.parse(await kubectl(['get', 'pods', '-l', label, '-o', 'json'])).items
      const phase = kind === 'Job' || kind === 'CronJob' ? 'Succeeded' : 'Running'
      const isThere = async () => (await pods()).some(({ status }) => status.phase === phase)
      await eventually(`its pod is ${phase}`, isThere, patience)
      const name = (await pods()).find(({ status }) => status.phase === phase)?.metadata.name ?? ''
      const read =
        phase === 'Running'
          ? ['exec', name, '-c', 'app', '--', 'cat', '/secret/secret']
          : ['logs', name, '-c', 'app']
      t.equal(await kubectl(read), 'db.password=fakepassword\n')
    })
  }
})

const denied =
  /ValidatingAdmissionPolicy '\S+' with binding '\S+' denied request: .*no init container init-container with the image/

t.test(
  'pods of workloads that are older than the policies are denied, and an Event says so',
  { skip: nodeTestsMissing },
  async (t) => {
    const { cluster, namespace, kubectl, create, pod } = await start(t, 'denying')
    const label = `kees.bsycorp.com/${namespace}`
    removeIfPassed(t, () => cluster.kubectl(['label', 'nodes', '--all', `${label}-`]))
    // They have no pods yet.
    const waiting: Readonly<Record<Kind, object>> = {
      Deployment: { replicas: 0 },
      ReplicaSet: { replicas: 0 },
      StatefulSet: { replicas: 0 },
      DaemonSet: {},
      ReplicationController: { replicas: 0 },
      Job: { suspend: true },
      CronJob: { suspend: true },
    }
    for (const kind of kinds) {
      const nodeSelector = kind === 'DaemonSet' ? { [label]: '' } : undefined
      await create(workload(kind, waiting[kind], { nodeSelector }))
    }
    await installPolicies(t, cluster, namespace, ['--image', initImage])
    const refusal = async (object: object) => {
      const refused = (error: unknown) => (error instanceof Error ? error.message : String(error))
      return create(object, '--dry-run=server').then(() => '', refused)
    }
    const isDenied = async () =>
      denied.test(await refusal(pod)) && denied.test(await refusal(workload('Deployment')))
    await eventually('the policies are at work', isDenied, patience)

    for (const kind of kinds) {
      await t.test(`${kind}: its author gets the error`, async (t) => {
        t.match(await refusal(workload(kind)), denied)
      })
    }

    for (const kind of ['deployment', 'replicaset', 'statefulset', 'replicationcontroller'])
      await kubectl(['scale', `${kind}/${kind}`, '--replicas=1'])
    await cluster.kubectl(['label', 'nodes', '--all', `${label}=`])
    for (const kind of ['job', 'cronjob'])
      await kubectl(['patch', kind, kind, '--type=merge', '--patch={"spec":{"suspend":false}}'])
    const events = async (kind: Kind): Promise<string[]> => {
      // The pods of a Deployment are those of its ReplicaSet.
      const object = kind === 'Deployment' ? 'ReplicaSet' : kind
      const text = await kubectl(['get', 'events', '-o', 'json'])
      const { items }: { items: Event[] } = JSON.parse(text)
      return items
        .filter(({ involvedObject: { kind: of, name }, reason }) => {
          return of === object && name.startsWith(kind.toLowerCase()) && reason === 'FailedCreate'
        })
        .map(({ message }) => message)
    }
    for (const kind of kinds) {
      await t.test(`${kind}: an Event FailedCreate`, async () => {
        const isRecorded = async () => (await events(kind)).some((message) => denied.test(message))
        await eventually('the Event is recorded', isRecorded, patience)
      })
    }
    const failure = 'jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}'
    t.match(await kubectl(['get', 'deployment', 'deployment', '-o', failure]), denied)
    t.equal(await kubectl(['get', 'pods', '-o', 'name']), '')
  },
)

type Event = {
  readonly reason: string
  readonly message: string
  readonly involvedObject: { readonly kind: string; readonly name: string }
}
