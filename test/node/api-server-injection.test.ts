/** An operator makes pods that no function has seen: the API server of the node injects them, and they get their secrets. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { eventually } from '../programs/eventually.ts'
import { run } from '../programs/programs.ts'
import { policiesOfPods } from '../manifests/injecting-policies.ts'
import { stays } from './app-pod.ts'
import { storeVariables } from './install-creator.ts'
import { appImage, initImage } from './node-images.ts'
import { removeIfPassed } from './remove-if-passed.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

/** Variables of the store of the test, which the policies would refuse. */
const allowed = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'ALLOW_HTTP']
const labels = { app: 'database' }
/** What an operator writes: it knows nothing of kees but the annotations that its user sets. */
const template = {
  metadata: {
    labels,
    annotations: {
      'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD,env=DB_PASSWORD',
      'secret.bsycorp.com/tls.key': 'kind=REFERENCE,type=TEXT,file=tls/key',
    },
  },
  spec: {
    terminationGracePeriodSeconds: 1,
    securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'app',
        image: appImage,
        command: ['sh', '-c', stays],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
}

t.test('pods of an operator get their secrets', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  server.put('/tls.key', 'fakekey')
  const namespace = await cluster.makeNamespace('operator', {
    'pod-security.kubernetes.io/enforce': 'restricted',
  })
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const folder = join(t.testdir({ options: {} }), 'options')
  const file = join(folder, 'inject-init.yaml')
  const spec = { image: initImage, minKubelet: '1.35', env: storeVariables(endpoint) }
  const config = {
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'InjectInit',
    metadata: { name: 'inject-init' },
    spec,
  }
  writeFileSync(file, JSON.stringify(config))
  const policies = await policiesOfPods(folder, file, namespace, allowed)
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: policies })
  removeIfPassed(t, () => cluster.kubectl(['delete', '-f', '-', '--ignore-not-found'], list))
  await cluster.kubectl(['apply', '-f', '-'], list)
  await eventually('the policies are at work', async () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'probe', namespace, ...template.metadata },
      spec: template.spec,
    }
    const made = await cluster.kubectl(
      ['create', '-f', '-', '--dry-run=server', '-o', 'json'],
      JSON.stringify(pod),
    )
    return made.includes('"initContainers"')
  })

  const database = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'database', namespace },
    spec: { replicas: 1, serviceName: 'database', selector: { matchLabels: labels }, template },
  }
  await cluster.create(JSON.stringify(database))
  await inNamespace('rollout', 'status', 'statefulset/database', '--timeout=290s')
  const inApp = (...command: string[]) => cluster.exec(namespace, 'database-0', 'app', ...command)
  t.equal(await inApp('cat', '/secret/tls/key'), 'fakekey')
  t.ok((await inApp('cat', '/proc/1/environ')).split('\0').includes('DB_PASSWORD=fakepassword'))
  const made = JSON.parse(await inNamespace('get', 'statefulset', 'database', '-o', 'json'))
  t.equal(made.spec.template.spec.initContainers, undefined, 'its template is as the operator wrote it')

  const pod = await cluster.readPod(namespace, 'database-0')
  const flags = ['--config', file, ...allowed.flatMap((one) => ['--allow-env', one])]
  const verified = run('kees', ['verify', '-f', '-', ...flags], { input: pod })
  t.equal(verified.status, 0, verified.stderr)
})
