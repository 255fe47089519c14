/** Memory limits that a real kernel enforces: the defaults are enough, and what is too much is refused by name. */
import t from 'tap'
import { isLong } from '../programs/long.ts'
import { eventually } from '../programs/eventually.ts'
import { stays } from './app-pod.ts'
import { appImage } from './node-images.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const patience = 120_000
const app = {
  name: 'app',
  image: appImage,
  command: ['sh', '-c', stays],
}
const limit = (memory: string) => ({
  containerResources: { requests: { memory: '8Mi' }, limits: { memory } },
})

t.test('the memory of init', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const { server, inject } = await startStoreOfPods(t, cluster)
  const namespace = await cluster.makeNamespace('memory')
  const pod = (name: string, parameters: readonly string[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      annotations: Object.fromEntries(
        parameters.map((one) => [`secret.bsycorp.com/${one}`, 'kind=REFERENCE,type=PASSWORD']),
      ),
    },
    spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 1, containers: [app] },
  })
  const parameters = Array.from({ length: 1000 }, (_, index) => `p${index}`)
  const store = (letter: string) => {
    for (const name of parameters) server.put(`/${name}`, letter.repeat(8000))
  }
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const statusOf = async (name: string) => JSON.parse(await cluster.readPod(namespace, name)).status
  const becomesReady = (name: string) =>
    inNamespace('wait', '--for=condition=Ready', `pod/${name}`, '--timeout=240s')
  const terminatedInit = async (name: string) => {
    await inNamespace('wait', '--for=jsonpath={.status.phase}=Failed', `pod/${name}`, '--timeout=240s')
    return (await statusOf(name)).initContainerStatuses[0].state.terminated
  }

  await t.test(
    'the default limits are enough for 7.6 MiB of values, refreshed in the costliest format',
    async (t) => {
      store('a')
      await cluster.create(inject(pod('large', parameters), { refresh: '3s', format: 'json' }))
      await becomesReady('large')
      for (const letter of isLong ? ['b', 'c', 'd'] : ['b']) {
        store(letter)
        const begins = new RegExp(`"p0":\\s*"${letter}`)
        const start = () => cluster.exec(namespace, 'large', 'app', 'head', '-c', '40', '/secret/secret')
        await eventually('the app reads the new ones', async () => begins.test(await start()), patience)
      }
      const { initContainerStatuses: statuses } = await statusOf('large')
      t.match(statuses, [{ restartCount: 0 }, { restartCount: 0, started: true }])
      await inNamespace('delete', 'pod', 'large')
    },
  )

  const few = parameters.slice(0, 19)
  const least = inject(pod('least', few), limit('20Mi'))
  await cluster.create(inject(pod('refused', parameters), limit('64Mi')))
  await cluster.create(least)
  await cluster.create(inject(pod('least-refresh', few), { ...limit('40Mi'), refresh: '2s' }))
  await cluster.create(least.replaceAll('20Mi', '10Mi').replaceAll('least', 'killed'))

  await t.test('values that exceed the limit are refused by name, with exit code 2', async (t) => {
    t.match(await terminatedInit('refused'), {
      exitCode: 2,
      message: /^the values take more than 4\.8 MiB, .* 64\.0 MiB\nhint: raise limits\.memory/,
    })
  })

  await t.test('the least limits that inject-init takes are enough for a few values', async (t) => {
    await becomesReady('least')
    t.match(await statusOf('least'), { initContainerStatuses: [{ restartCount: 0 }] })
    await becomesReady('least-refresh')
    store('e')
    const start = () => cluster.exec(namespace, 'least-refresh', 'app', 'head', '-c', '10', '/secret/secret')
    await eventually('the sidecar refreshes', async () => (await start()).startsWith('p0=e'), patience)
    const { initContainerStatuses: statuses } = await statusOf('least-refresh')
    t.match(statuses, [{ restartCount: 0 }, { restartCount: 0, started: true }])
  })

  await t.test('with less, the kernel kills it: exit code 137', async (t) => {
    t.match(await terminatedInit('killed'), { exitCode: 137, reason: 'OOMKilled' })
  })
})
