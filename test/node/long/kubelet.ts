/** Environment variables where the kubelet is killed and starts again, and where it does not know the field `fileKeyRef`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { eventually } from '../../programs/eventually.ts'
import { appImage } from '../node-images.ts'
import { processesOfNode, serverIn } from '../node-process.ts'
import { namedNode } from '../node-session.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const skip = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset')
const patience = 240_000
const stays = 'trap "exit 0" TERM; while :; do sleep 0.5; done'

t.test('environment variables and the kubelet', { skip }, async (t) => {
  const { namespace, kubectl, inject, environ, becomesReady, restartKubelet } = await start(t)
  const pod = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      annotations: { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD,env=DB_PASSWORD' },
    },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'app', image: appImage, command: ['sh', '-c', stays] }],
    },
  })
  const run = async (name: string) => {
    await kubectl(['create', '-f', '-'], inject(pod(name), { minKubelet: '1.35' }))
    await becomesReady(name)
  }
  const restarts = async (name: string) =>
    kubectl([
      '-n',
      namespace,
      'get',
      'pod',
      name,
      '-o',
      'jsonpath={.status.containerStatuses[0].restartCount}',
    ])

  await run('app')
  t.equal((await environ('app')).get('DB_PASSWORD'), 'fakepassword')

  await t.test(
    'a kubelet that starts again leaves the container alone, and its next start has the variable',
    async (t) => {
      await restartKubelet()
      await run('after')
      t.equal((await environ('after')).get('DB_PASSWORD'), 'fakepassword')
      t.equal(await restarts('app'), '0')
      await kubectl(['-n', namespace, 'exec', 'app', '-c', 'app', '--', 'kill', '1'])
      await eventually('the app is restarted', async () => (await restarts('app')) === '1', patience)
      await becomesReady('app')
      t.equal((await environ('app')).get('DB_PASSWORD'), 'fakepassword')
    },
  )

  await t.test(
    'a kubelet that does not know the field sets the empty string, which is why minKubelet exists',
    async (t) => {
      await restartKubelet({ EnvFiles: false })
      await run('old')
      t.equal((await environ('old')).get('DB_PASSWORD'), '')
    },
  )

  await t.test('once it knows the field again, new pods have the value', async (t) => {
    await restartKubelet({})
    await run('new')
    t.equal((await environ('new')).get('DB_PASSWORD'), 'fakepassword')
  })
})

async function start(t: Test) {
  const cluster = await useNode(t)
  const { kubectl, home = '' } = cluster
  const { server, inject } = await startStoreOfPods(t, cluster)
  server.put('/db.password', 'fakepassword')
  const namespace = await cluster.makeNamespace('kubelet')
  const { space } = processesOfNode(home)
  const path = join(home, 'kubelet.yaml')
  const config = readFileSync(path, 'utf8')
  /** @param featureGates in addition to the configuration of the node. */
  const restartKubelet = async (featureGates: Readonly<Record<string, boolean>> = {}) => {
    const before = serverIn(space, 'kubelet')
    if (before === undefined) throw new Error('no kubelet is running')
    writeFileSync(path, stringify({ ...parse(config), featureGates }))
    process.kill(before, 'SIGKILL')
    const isNew = () => ![undefined, before].includes(serverIn(space, 'kubelet'))
    await eventually('another kubelet runs', isNew, patience)
  }
  t.teardown(() => restartKubelet())
  return {
    namespace,
    kubectl,
    inject,
    restartKubelet,
    becomesReady: (name: string) =>
      kubectl(['-n', namespace, 'wait', '--for=condition=Ready', `pod/${name}`, '--timeout=240s']),
    /** Of the first process of the app. */
    environ: async (name: string) => {
      const read = ['-n', namespace, 'exec', name, '-c', 'app', '--', 'cat', '/proc/1/environ']
      const variables = (await kubectl(read)).split('\0')
      return new Map(
        variables.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
      )
    },
  }
}
