/** The kubelet's back-off: init fails again and again, and the pod starts by itself once the cause is gone. */
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { appPod } from '../app-pod.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_200_000)

t.test('a pod whose parameter is stored late starts by itself', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  const namespace = await cluster.makeNamespace('back-off')
  const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
  await cluster.kubectl(['create', '-f', '-'], inject(appPod(namespace, 'app', annotations)))
  const init = async () => {
    const text = await cluster.kubectl(['-n', namespace, 'get', 'pod', 'app', '-o', 'json'])
    return JSON.parse(text).status.initContainerStatuses?.[0]
  }
  const patience = 600_000
  await eventually(
    'it waits',
    async () => (await init())?.state.waiting?.reason === 'CrashLoopBackOff',
    patience,
  )
  await eventually('it has failed twice', async () => (await init()).restartCount >= 2, patience)
  const { lastState } = await init()
  t.match(lastState.terminated, { exitCode: 3, message: /parameter \/db\.password does not exist/ })

  server.put('/db.password', 'fakepassword')
  await cluster.kubectl(['-n', namespace, 'wait', '--for=condition=Ready', 'pod/app', '--timeout=290s'])
  const read = ['exec', 'app', '-c', 'app', '--', 'cat', '/secret/secret']
  t.equal(await cluster.kubectl(['-n', namespace, ...read]), 'db.password=fakepassword\n')
})
