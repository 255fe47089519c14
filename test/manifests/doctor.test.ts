/** kees doctor with kubectl on a real API server, and on moto; it may change nothing there. */
import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { mapOf } from '../../api/json.ts'
import { linesWithoutHint } from '../../cli/doctor/fixtures.ts'
import { create, createNamespace } from '../creator/cluster-workloads.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { storedBelow } from '../docs/stored-parameters.ts'
import { callIam } from '../iam/moto-iam.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { kubeconfigWith, type Rule } from '../servers/limited-user.ts'
import { motoMissing, startMoto } from '../servers/moto.ts'
import { run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { kubectl } from '../programs/tools.ts'

t.setTimeout(600_000)

const skip = kubectl().missing ?? (controlPlaneMissing || motoMissing)
const credentials = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'fakesecret',
  KEES_STORE: 'ssm',
}
const annotations = {
  'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD,env=DB_PASSWORD',
  'secret.bsycorp.com/token': 'kind=DYNAMIC,type=PASSWORD,size=128',
}

/** As docs/security.md lists them. */
function documentedRights(): readonly Rule[] {
  const text = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8')
  const [, listed = '', got = ''] =
    /^\| `kees doctor` \| by `kubectl get` alone: `list` on (.*?); `get` on (.*?)\. /m.exec(text) ?? []
  const lists = [...listed.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
  const gets = { Lease: 'leases', pod: 'pods', ServiceAccount: 'serviceaccounts' }
  const named = Object.entries(gets).flatMap(([word, name]) => (got.includes(word) ? [name] : []))
  return [
    { apiGroups: ['*'], resources: lists, verbs: ['list'] },
    { apiGroups: ['*'], resources: named, verbs: ['get'] },
  ]
}

t.test('with the documented rights, a cluster with faults, and then without', { skip }, async (t) => {
  const [cluster, moto] = await Promise.all([sharedControlPlane(t), startMoto()])
  t.teardown(() => moto.stop())
  const folder = t.testdir()
  const env = {
    ...credentials,
    KUBECONFIG: await kubeconfigWith(documentedRights(), cluster, 'on-call', folder),
    AWS_ENDPOINT_URL: moto.endpoint,
  }
  const post = async (path: string, object: object) => {
    const { status, body } = await cluster.request('POST', path, object)
    t.equal(status, 201, JSON.stringify(body))
  }
  const addNode = async (name: string, kubeletVersion: string) => {
    await post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } })
    const status = { nodeInfo: { kubeletVersion } }
    t.match(await cluster.request('PATCH', `/api/v1/nodes/${name}/status`, { status }), { status: 200 })
  }
  await createNamespace(cluster, 'shop')
  await createNamespace(cluster, 'kees')
  await createNamespace(cluster, 'argocd')
  const roleArn = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/orders' }
  await create(cluster, 'api/v1', 'shop', 'serviceaccounts', {
    metadata: { name: 'default', annotations: roleArn },
  })
  await addNode('old', 'v1.34.5')
  await addNode('new', 'v1.36.3')

  const pod = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app-1', namespace: 'shop', annotations },
    spec: { serviceAccountName: 'default', containers: [{ name: 'app', image: 'example/app:1.0' }] },
  })
  const injected = run('kees', ['inject', '--min-kubelet', '1.35', '-f', '-'], { input: pod })
  t.equal(injected.status, 0, injected.stderr)
  await create(cluster, 'api/v1', 'shop', 'pods', JSON.parse(injected.stdout))
  const state = { waiting: { reason: 'CrashLoopBackOff' } }
  const lastState = { terminated: { exitCode: 3, message: 'parameter /db.password does not exist' } }
  const container = { name: 'init-container', image: 'init', imageID: '', ready: false, restartCount: 1 }
  const status = { phase: 'Pending', initContainerStatuses: [{ ...container, state, lastState }] }
  await cluster.request('PATCH', '/api/v1/namespaces/shop/pods/app-1/status', { status })
  await create(cluster, 'api/v1', 'shop', 'events', {
    metadata: { name: 'one' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: 'app-1', namespace: 'shop' },
    type: 'Warning',
    reason: 'RefusedByPolicy',
    message: 'not allowed',
    source: { component: 'kees-creator' },
  })
  const deploy = async (namespace: string, name: string, labels: object, image: string) => {
    const template = {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'one', image }] },
    }
    const spec = { selector: { matchLabels: { app: name } }, template }
    await create(cluster, 'apis/apps/v1', namespace, 'deployments', { metadata: { name, labels }, spec })
  }
  const ofCreator = { 'app.kubernetes.io/name': 'kees-creator' }
  await deploy('kees', 'kees-creator', ofCreator, 'bsycorp/kees-creator:v0.1.0')
  const ofArgo = { 'app.kubernetes.io/part-of': 'argocd' }
  await deploy('argocd', 'argocd-server', ofArgo, 'quay.io/argoproj/argocd:v3.1.0')

  const versions = async () => {
    const lists = ['/api/v1/pods', '/api/v1/nodes', '/api/v1/events', '/apis/apps/v1/deployments']
    const answers = await Promise.all(lists.map((path) => cluster.request('GET', path)))
    // The list's own version is that of the whole cluster.
    return answers.map(({ body }) => JSON.stringify(mapOf(body)['items']))
  }
  // The first call of each service takes moto long.
  const role = { RoleName: 'orders', AssumeRolePolicyDocument: '{"Version":"2012-10-17","Statement":[]}' }
  await Promise.all([
    callIam(moto.endpoint, { Action: 'CreateRole', ...role }),
    storedBelow(moto.endpoint, '/'),
  ])
  const before = await versions()
  const ill = await runBeside('kees', ['doctor', 'app-1', '-n', 'shop', '--min-kubelet', '1.35'], { env })
  t.strictSame(await versions(), before, 'nothing is changed')
  t.equal(ill.status, 1, ill.stdout + ill.stderr)
  t.notMatch(ill.stdout, 'not checked')
  t.strictSame(linesWithoutHint(ill.stdout), [])
  for (const line of [
    /^kubernetes +ok +the API server is v1\.36/m,
    /^kubelets +error +1 of 2 are below 1\.35 .*: old \(v1\.34\.5\)$/m,
    /^admission +warning +.*not bound/m,
    /^argo-cd +warning +Argo CD v3\.1\.0 does not know/m,
    /^creator +error +0 of 1 replicas of Deployment kees\/kees-creator/m,
    /^creator +error +no creator is the leader: the Lease kees\/kees-creator does not exist$/m,
    /^events +warning +one Event RefusedByPolicy, .* on pod shop\/app-1: not allowed$/m,
    /^pod +error +container init-container ended with exit code 3: parameter \/db\.password does not exist$/m,
    /^region +ok +eu-west-1$/m,
    /^credentials +ok +you are arn:aws:sts::123456789012:/m,
    /^parameters +error +missing in the store: \/db\.password$/m,
    /^parameters +error +not created yet: \/token$/m,
    /^role +error +arn:aws:iam::123456789012:role\/orders may not read \/db\.password, \/token$/m,
  ])
    t.match(ill.stdout, line)

  t.match(await cluster.request('DELETE', '/api/v1/nodes/old'), { status: 200 })
  await cluster.request('DELETE', '/apis/apps/v1/namespaces/argocd/deployments/argocd-server')
  await cluster.request('DELETE', '/api/v1/namespaces/shop/events/one')
  const replicas = { status: { replicas: 1, readyReplicas: 1 } }
  const deployments = '/apis/apps/v1/namespaces/kees/deployments'
  t.match(await cluster.request('PATCH', `${deployments}/kees-creator/status`, replicas), { status: 200 })
  const spec = {
    holderIdentity: 'kees-creator-0',
    leaseDurationSeconds: 600,
    renewTime: new Date().toISOString().replace('Z', '000Z'),
  }
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'kees-creator' },
    spec,
  }
  await create(cluster, 'apis/coordination.k8s.io/v1', 'kees', 'leases', lease)
  const policy =
    'apiVersion: kees.bsycorp.com/v1alpha1\nkind: StoragePolicy\nmetadata: {name: default}\nspec: {rules: [{namespaces: ["*"], prefixes: ["/"], minBits: 64, maxPerPod: 9, maxNewPerHour: 9}]}\n'
  writeFileSync(join(folder, 'policy.yaml'), policy)
  const policies = run('kees', [
    'admission-policy',
    '--policy',
    `${folder}/policy.yaml`,
    '--image',
    'init:v1',
  ])
  const applied = run('kubectl', ['--kubeconfig', cluster.kubeconfig, 'apply', '-f', '-'], {
    input: policies.stdout,
  })
  t.equal(applied.status, 0, applied.stderr)
  const manifest = injected.stdout
  t.equal((await runBeside('kees', ['create', '-f', '-'], { env, input: manifest })).status, 0)
  const put = await runBeside('kees', ['put', '/db.password'], { env, input: 'fakepassword' })
  t.equal(put.status, 0, put.stderr)
  const Resource = ['/db.password', '/token'].map(
    (name) => `arn:aws:ssm:eu-west-1:123456789012:parameter${name}`,
  )
  const statement = { Effect: 'Allow', Action: 'ssm:GetParameters', Resource }
  await callIam(moto.endpoint, {
    Action: 'PutRolePolicy',
    RoleName: 'orders',
    PolicyName: 'orders',
    PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statement }),
  })
  const serviceAccount = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'shop', annotations: roleArn },
  })
  await t.test('all is well', async (t) => {
    const {
      stdout,
      stderr,
      status: exit,
    } = await runBeside('kees', ['doctor', '-f', '-'], {
      env,
      input: `${manifest}\n---\n${serviceAccount}\n`,
    })
    t.equal(exit, 0, stdout + stderr)
    t.notMatch(stdout, /error|warning|fakepassword/)
  })

  await t.test('what your role may not read', async (t) => {
    const fake = await startFakeSsm({ denied: ({ name }) => name === '/token' })
    t.teardown(() => fake.stop())
    fake.put('/db.password', 'fakepassword')
    const { stdout, status: exit } = await runBeside('kees', ['doctor', '--no-cluster', '-f', '-'], {
      env: { ...env, AWS_ENDPOINT_URL_SSM: fake.endpoint },
      input: manifest,
    })
    t.match(stdout, /^parameters +ok +1 of 2 exist$/m)
    t.match(stdout, /^parameters +error +your role may not read \/token: /m)
    t.equal(exit, 4)
    t.ok(fake.calls.every(({ withDecryption }) => withDecryption === false))
  })

  await t.test('credentials that AWS refuses', async (t) => {
    const answer =
      '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>The token is expired</Message></Error></ErrorResponse>'
    const sts = createServer((_request, response) => void response.writeHead(403).end(answer))
    await once(sts.listen(0, '127.0.0.1'), 'listening')
    t.teardown(() => sts.close())
    const address = sts.address()
    const endpoint = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    const { stdout, status: exit } = await runBeside('kees', ['doctor', '--no-cluster'], {
      env: { ...env, AWS_ENDPOINT_URL_STS: endpoint },
    })
    t.match(
      stdout,
      /^credentials +error +GetCallerIdentity: the credentials are not accepted \(ExpiredToken\): The token is expired$/m,
    )
    t.equal(exit, 4)
  })
})

t.test('a machine without kubectl', async (t) => {
  const bin = t.testdir({ store: {} })
  symlinkSync(process.execPath, join(bin, 'node'))
  symlinkSync('/usr/bin/env', join(bin, 'env'))
  const env = { KEES_STORE: `file:${join(bin, 'store')}`, PATH: bin }
  const { stdout, status } = await runBeside('kees', ['doctor'], { env })
  t.match(stdout, /^kubernetes +error +the command kubectl was not found$/m)
  t.equal(status, 5)
})
