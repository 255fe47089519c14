/** Variables, files and the refresh sidecar where the kubelet is killed and starts again; variables where it does not know the field `fileKeyRef`. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { parse, stringify } from 'yaml'
import { eventually } from '../../programs/eventually.ts'
import { appPod } from '../app-pod.ts'
import { killedWithContainer } from '../killed-with-container.ts'
import { processesOfNode, serverIn } from '../node-process.ts'
import { namedNode } from '../node-session.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const skip = nodeTestsMissing || (namedNode() !== undefined && 'needs KEES_NODE unset')
const patience = 240_000

t.test('pods and the kubelet', { skip }, async (t) => {
  const { server, namespace, kubectl, inject, environ, becomesReady, restartKubelet } = await start(t)
  const reference = 'kind=REFERENCE,type=PASSWORD'
  const annotations = {
    'secret.bsycorp.com/api.token': reference,
    'secret.bsycorp.com/db.password': `${reference},env=DB_PASSWORD`,
  }
  const run = async (name: string) => {
    await kubectl(
      ['create', '-f', '-'],
      inject(appPod(namespace, name, annotations), { minKubelet: '1.35', refresh: '2s' }),
    )
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
      'jsonpath={.status.containerStatuses[0].restartCount} {.status.initContainerStatuses[*].restartCount}',
    ])

  await run('app')
  t.equal((await environ('app')).get('DB_PASSWORD'), 'fakepassword')

  await t.test(
    'a kubelet that starts again leaves the containers alone, and the next start of the app has the variable',
    async (t) => {
      await restartKubelet()
      await run('after')
      t.equal((await environ('after')).get('DB_PASSWORD'), 'fakepassword')
      t.equal(await restarts('app'), '0 0 0')
      server.put('/api.token', 'faketoken2')
      const read = ['-n', namespace, 'exec', 'app', '-c', 'app', '--', 'cat', '/secret/secret']
      const isThere = async () => (await kubectl(read)) === 'api.token=faketoken2\n'
      await eventually('the sidecar goes on', isThere, patience)
      await kubectl(['-n', namespace, 'exec', 'app', '-c', 'app', '--', 'kill', '1']).catch(
        killedWithContainer,
      )
      await eventually('the app is restarted', async () => (await restarts('app')) === '1 0 0', patience)
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
  server.put('/api.token', 'faketoken')
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
    server,
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
