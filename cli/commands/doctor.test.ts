import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import {
  admissionText,
  creatorDeployment,
  fakeKubectl,
  type FakeWorld,
  forbidden,
  healthyWorld,
  leaseText,
  linesWithoutHint,
  listText,
  notFound,
} from '../doctor/fixtures.ts'
import { runInit } from '../../runtime/init/fixtures.ts'
import { fakeIo } from '../fake-io.ts'
import { kees } from '../kees.ts'

const deployment = (...annotations: readonly string[]) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: app, namespace: shop}
spec:
  template:
    metadata:
      annotations:
${annotations.map((one) => `        ${one}\n`).join('')}    spec:
      containers: [{name: app}]
`
const variable = deployment(
  'secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD,optional=true,env=DB_PASSWORD"',
)
const dynamic = deployment('secret.bsycorp.com/token: "kind=DYNAMIC,type=PASSWORD,size=128"')

async function doctor(t: Test, world: FakeWorld, args: readonly string[] = [], stdin = '') {
  const store = join(t.testdir(), 'store')
  mkdirSync(store, { mode: 0o700 })
  const asked: string[] = []
  const io = fakeIo(stdin, { KEES_STORE: `file:${store}` }, undefined, fakeKubectl(world, asked))
  const exit = await kees(['doctor', ...args], io)
  t.strictSame(linesWithoutHint(io.printed()), [], 'each line that is not ok has what to do')
  return { exit, printed: io.printed(), said: io.said(), asked }
}

t.test('a cluster without faults is all ok', async (t) => {
  const { exit, printed, said } = await doctor(t, healthyWorld())
  t.equal(exit, 0, printed)
  t.equal(said, '')
  t.notMatch(printed, /warning|error|hint/)
  for (const line of [
    /^kees +ok +version/m,
    /^kubernetes +ok +the API server is v1\.36\.3$/m,
    /^kubelets +ok +2 with v1\.35\.0, v1\.36\.3$/m,
    /^admission +ok +the ValidatingAdmissionPolicy kees-pods is bound$/m,
    /^creator +ok +2 of 2 replicas/m,
    /^creator +ok +kees-creator-1 is the leader$/m,
    /^events +ok +no Warning/m,
  ])
    t.match(printed, line)
})

t.test('it only reads', async (t) => {
  const { asked } = await doctor(t, healthyWorld(), ['-f', '-', '--context', 'prod'], variable)
  t.ok(asked.length > 5)
  for (const call of asked) t.match(call, /^get .*--context=prod --request-timeout=/)
})

type Row = readonly [
  title: string,
  world: FakeWorld,
  exit: number,
  line: RegExp,
  args?: readonly string[],
  stdin?: string,
]

const old = 'node-1\tv1.36.3\nnode-2\tv1.34.9-eks-1\n'
const rows: readonly Row[] = [
  [
    'a kubelet below minKubelet',
    { nodes: 'node-1\tv1.36.3\nnode-2\tv1.35.1\n' },
    1,
    /^kubelets +error +1 of 2 are below 1\.36 \(option minKubelet is "1\.36"\): node-2 \(v1\.35\.1\)\n +hint: .*empty string/m,
    ['--min-kubelet', '1.36'],
  ],
  [
    'an old kubelet where a workload has a variable',
    { nodes: old },
    1,
    /^kubelets +error +1 of 2 are below 1\.35 \(the attribute env needs it\): node-2 \(v1\.34\.9-eks-1\)$/m,
    ['-f', '-'],
    variable,
  ],
  [
    'an old kubelet where nothing is known',
    { nodes: old },
    0,
    /^kubelets +warning +1 of 2 .*\n +hint: do not/m,
  ],
  ['a kubelet whose version cannot be read', { nodes: 'n\t\n' }, 0, /^kubelets +warning +1 of 1/m],
  [
    'nodes that you may not list',
    { nodes: forbidden },
    0,
    /^kubelets +warning +not checked: you may not list nodes$/m,
  ],
  ['no nodes', { nodes: '' }, 0, /^kubelets +warning +the cluster has no nodes$/m],
  [
    'an API server without the field fileKeyRef',
    { '/version': '{"gitVersion":"v1.33.2"}' },
    1,
    /^kubernetes +error +the API server is v1\.33\.2, .*fileKeyRef/m,
    ['-f', '-'],
    variable,
  ],
  [
    'an API server that does not answer',
    { '/version': { stderr: 'Unable to connect to the server: dial tcp: i/o timeout\n' } },
    5,
    /^kubernetes +error +.*i\/o timeout\n +hint: check the network.*\n(?!kubelets)/m,
  ],
  [
    'a page of a proxy',
    { '/version': '<html>' },
    5,
    /^kubernetes +error +the response is not one of the Kubernetes API/m,
  ],
  [
    'a response of another server',
    { '/version': '{"version":"1.2.3"}' },
    0,
    /^kubernetes +warning +the response to \/version has no gitVersion\n +hint: kubectl version/m,
  ],
  [
    'an API server whose version cannot be read',
    { '/version': '{"gitVersion":"main"}' },
    0,
    /^kubernetes +warning +the API server has a version that kees cannot read: "main"\n +hint: kubectl version/m,
  ],
  [
    'a missing admission API',
    { '/apis/admissionregistration.k8s.io/v1': admissionText('mutatingwebhookconfigurations') },
    0,
    /^admission +warning +the API server has no ValidatingAdmissionPolicy \(v1\).*\n +hint: upgrade to Kubernetes 1\.30/m,
  ],
  [
    'an admission policy that is not bound',
    { validatingadmissionpolicybindings: 'other\t["Deny"]\n' },
    0,
    /^admission +warning +.* not bound.*\n +hint: kees admission-policy/m,
  ],
  [
    'an admission policy that only warns',
    { validatingadmissionpolicybindings: 'kees-pods\t["Warn","Audit"]\n' },
    0,
    /^admission +warning +.*\["Warn","Audit"\]: nothing is refused/m,
  ],
  [
    'an API server without mutating policies',
    { '/apis/admissionregistration.k8s.io/v1': admissionText('validatingadmissionpolicies') },
    0,
    /^admission +ok +.*; it has no MutatingAdmissionPolicy \(v1\)$/m,
  ],
  [
    'an Argo CD that does not know the field',
    { 'deployments,statefulsets': 'quay.io/argoproj/argocd:v3.1.9\nredis:8\n' },
    0,
    /^argo-cd +warning +Argo CD v3\.1\.9 does not know .*\n +hint: upgrade Argo CD to 3\.2/m,
    ['-f', '-'],
    variable,
  ],
  [
    'an Argo CD that knows the field',
    { 'deployments,statefulsets': 'registry.local:5000/argocd:v3.2.0@sha256:0\n' },
    0,
    /^argo-cd +ok +Argo CD v3\.2\.0 knows/m,
    ['-f', '-'],
    variable,
  ],
  [
    'an Application that Argo CD cannot compare',
    {
      'deployments,statefulsets': 'quay.io/argoproj/argocd:v3.1.9\n',
      'applications.argoproj.io': listText({
        metadata: { namespace: 'argocd', name: 'shop' },
        status: {
          conditions: [
            {
              message:
                'error calculating diff: .spec.template.spec.containers[0].env[0].valueFrom.fileKeyRef: field not declared in schema',
            },
          ],
        },
      }),
    },
    1,
    /^argo-cd +error +Argo CD cannot compare argocd\/shop: /m,
    ['-f', '-'],
    variable,
  ],
  [
    'no creator, and something to create',
    { deployments: listText() },
    3,
    /^creator +warning +no Deployment .*nobody creates .*\n +hint: install it/m,
    ['-f', '-'],
    dynamic,
  ],
  [
    'a creator without ready replicas',
    { deployments: listText({ ...creatorDeployment, status: {} }) },
    5,
    /^creator +error +0 of 2 replicas of Deployment kees\/kees-creator are ready\n +hint: .*kubectl logs -n kees/m,
  ],
  [
    'a creator with one of two replicas',
    { deployments: listText({ ...creatorDeployment, status: { readyReplicas: 1 } }) },
    0,
    /^creator +warning +1 of 2 replicas/m,
  ],
  [
    'a creator without a Lease',
    { lease: notFound },
    5,
    /^creator +error +no creator is the leader: the Lease kees\/kees-creator does not exist$/m,
  ],
  [
    'a creator without a leader',
    { lease: leaseText('', new Date()) },
    5,
    /^creator +error +no creator is the leader: .* has no holder$/m,
  ],
  [
    'an older creator',
    { deployments: listText(withImage('bsycorp/kees-creator:v0.0.9')) },
    0,
    /^creator +warning +the creator is version 0\.0\.9, and this kees is 0\.1\.0$/m,
  ],
  [
    'Events of the creator, by reason',
    {
      events: listText(
        eventOf('Conflict', 'a-1', 'first', '2026-01-01T00:00:00Z'),
        eventOf('Conflict', 'a-2', 'second\nline', '2026-01-02T00:00:00Z'),
      ),
    },
    0,
    /^events +warning +2 Events Conflict, the last at 2026-01-02T00:00:00Z on pod shop\/a-2: second$/m,
  ],
]

function withImage(image: string) {
  const template = { spec: { containers: [{ name: 'creator', image }] } }
  return { ...creatorDeployment, spec: { replicas: 2, template } }
}

function eventOf(reason: string, name: string, message: string, lastTimestamp: string) {
  return { reason, message, lastTimestamp, involvedObject: { namespace: 'shop', name } }
}

for (const [title, world, exit, line, args = [], stdin = ''] of rows) {
  t.test(title, async (t) => {
    const { printed, exit: found } = await doctor(t, { ...healthyWorld(), ...world }, args, stdin)
    t.match(printed, line)
    t.equal(found, exit, printed)
  })
}

/** A pod as the API server has it, with the injection of kees. */
async function podText(status: object, annotations: object = annotated): Promise<string> {
  const io = fakeIo(
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'shop', name: 'app-1', annotations },
      spec: { containers: [{ name: 'app', image: 'example/app:1.0' }] },
    }),
  )
  await kees(['inject', '-f', '-'], io)
  return JSON.stringify({ ...JSON.parse(io.printed()), status })
}

const annotated = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD,optional=true' }
const ended = (exitCode: number, message: string, reason = 'Error') => ({
  initContainerStatuses: [
    {
      name: 'init-container',
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s' } },
      lastState: { terminated: { exitCode, message, reason } },
    },
  ],
})
const pods: readonly (readonly [title: string, status: object, exit: number, line: RegExp])[] = [
  ['a running pod', { phase: 'Running' }, 0, /^pod +ok +its phase is Running$/m],
  [
    'an init container that was killed',
    ended(137, '', 'OOMKilled'),
    5,
    /exit code 137 \(OOMKilled\)\n +hint: raise limits\.memory/,
  ],
  [
    'an init container that runs again',
    {
      phase: 'Pending',
      initContainerStatuses: [
        {
          name: 'init-container',
          state: { running: {} },
          lastState: { terminated: { exitCode: 5, message: 'SSM was not reached' } },
        },
      ],
    },
    5,
    /^pod +error +container init-container ended with exit code 5, and runs again: SSM was not reached\n +hint: check the network/m,
  ],
  [
    'a sidecar that was started again',
    {
      phase: 'Running',
      initContainerStatuses: [
        { name: 'refresh-container', state: { running: {} }, lastState: { terminated: { exitCode: 5 } } },
      ],
    },
    0,
    /^pod +ok/m,
  ],
  [
    'what ended before the container ran is over',
    {
      phase: 'Running',
      initContainerStatuses: [
        {
          name: 'init-container',
          state: { terminated: { exitCode: 0 } },
          lastState: { terminated: { exitCode: 3 } },
        },
      ],
    },
    0,
    /^pod +ok/m,
  ],
  [
    'a variable that the kubelet cannot read',
    {
      containerStatuses: [
        {
          name: 'app',
          state: { waiting: { reason: 'CreateContainerConfigError', message: "couldn't parse env file" } },
        },
      ],
    },
    5,
    /^pod +error +container app waits: CreateContainerConfigError: couldn't parse env file\n +hint: if it is about a variable/m,
  ],
  [
    'a pod that starts',
    {
      phase: 'Pending',
      containerStatuses: [{ name: 'app', state: { waiting: { reason: 'PodInitializing' } } }],
    },
    0,
    /^pod +ok +its phase is Pending$/m,
  ],
]

for (const [title, status, exit, line] of pods) {
  t.test(title, async (t) => {
    const world = { ...healthyWorld(), pod: await podText(status) }
    const { printed, said, exit: found, asked } = await doctor(t, world, ['app-1', '-n', 'shop'])
    t.match(printed, line)
    t.equal(found, exit, printed + said)
    t.match(asked[0], /^get pod app-1 -n shop -o json /)
    t.ok(asked.some((call) => call.includes('involvedObject.name=app-1')))
  })
}

t.test('an init container that has no credentials because of the hop limit of the node', async (t) => {
  // The token does not reach the container, and is required.
  const metadata = createServer((request, response) => {
    if (request.method === 'PUT') request.socket.resetAndDestroy()
    else response.writeHead(401).end()
  })
  await once(metadata.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    metadata.closeAllConnections()
    metadata.close()
  })
  const address = metadata.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const env = {
    KEES_STORE: 'ssm',
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://127.0.0.1:${port}`,
  }
  const { exit: ofInit, message = '' } = await runInit(t, { annotations: annotated, env })
  t.equal(ofInit, 4)
  const world = { ...healthyWorld(), pod: await podText(ended(ofInit, message)) }
  const { printed, exit } = await doctor(t, world, ['app-1', '-n', 'shop'])
  t.match(
    printed,
    /^pod +error +container init-container ended with exit code 4: .* returned none\n +hint: set the hop limit .*to 2.*\n +hint: give the role/m,
  )
  t.equal(exit, 4, printed)
})

t.test('a pod that is not injected, and one that declares nothing', async (t) => {
  const pod = (annotations: object) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'shop', name: 'app-1', annotations },
      spec: { containers: [{ name: 'app' }] },
      status: { phase: 'Running' },
    })
  const bare = await doctor(t, { ...healthyWorld(), pod: pod(annotated) }, ['app-1'])
  t.match(bare.printed, /^pod +error +it is annotated but not injected\n +hint: run inject-init/m)
  t.equal(bare.exit, 1)
  const foreign = await doctor(t, { ...healthyWorld(), pod: pod({}) }, ['app-1'])
  t.match(foreign.printed, /^pod +warning +it declares no secret or resource$/m)
})

t.test('a pod that does not exist is exit code 3', async (t) => {
  const { exit, said } = await doctor(t, healthyWorld(), ['app-1', '-n', 'shop'])
  t.equal(exit, 3)
  t.match(said, /^error: kubectl get pod app-1: it does not exist/)
})

t.test('what is wrong with the command line is exit code 2', async (t) => {
  for (const args of [
    ['a', '-f', '-'],
    ['a', 'b'],
    ['--kubeconfig=x'],
    ['a', '--no-cluster'],
    ['-o', 'yaml'],
  ]) {
    const { exit, asked } = await doctor(t, healthyWorld(), args)
    t.equal(exit, 2, args.join(' '))
    t.strictSame(asked, [])
  }
  const { exit, asked } = await doctor(t, healthyWorld(), ['--', '--kubeconfig=x'])
  t.strictSame([exit, asked], [2, []], 'a name that kubectl would take for a flag')
})

t.test('kubectl that is not installed is an error, and --no-cluster needs none', async (t) => {
  const io = fakeIo('', { KEES_STORE: `file:${t.testdir()}` })
  t.equal(await kees(['doctor'], io), 5)
  t.match(io.printed(), /^kubernetes +error +the command kubectl was not found\n +hint: install kubectl/m)
  const without = fakeIo('', { KEES_STORE: `file:${t.testdir()}` })
  t.equal(await kees(['doctor', '--no-cluster'], without), 0)
})

t.test('the output for programs has the same lines', async (t) => {
  const { printed } = await doctor(t, { ...healthyWorld(), nodes: forbidden }, ['-o', 'json'])
  const lines: readonly unknown[] = JSON.parse(printed)
  t.ok(
    lines.some(
      (row) =>
        JSON.stringify(row) ===
        '{"check":"kubelets","status":"warning","message":"not checked: you may not list nodes","hint":"ask for the right to list nodes"}',
    ),
    printed,
  )
})

t.test('parameters that are missing, absent, or cannot be looked up', async (t) => {
  const stdin = deployment(
    'secret.bsycorp.com/db.password: "kind=REFERENCE,type=PASSWORD"',
    'secret.bsycorp.com/maybe: "kind=REFERENCE,type=PASSWORD,optional=true"',
    'secret.bsycorp.com/token: "kind=DYNAMIC,type=PASSWORD,size=128"',
  )
  const { printed, exit } = await doctor(t, healthyWorld(), ['-f', '-'], stdin)
  t.equal(exit, 3)
  t.match(
    printed,
    /^parameters +error +missing in the store: \/db\.password\n +hint: store each with kees put/m,
  )
  t.match(printed, /^parameters +error +not created yet: \/token\n +hint: .*kees create/m)
  t.match(printed, /^parameters +warning +missing, and optional or with a default: \/maybe$/m)
})

t.test('AWS variables that are wrong are errors of the store, with exit code 2', async (t) => {
  const io = fakeIo('', { AWS_ENDPOINT_URL: 'http://example.com/' }, undefined, fakeKubectl(healthyWorld()))
  t.equal(await kees(['doctor'], io), 2)
  t.match(io.printed(), /^store +error +AWS_ENDPOINT_URL must not be a plain http:\/\/ URL/m)
})
