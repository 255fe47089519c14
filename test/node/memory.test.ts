/** Memory limits that a real kernel enforces: the defaults are enough, and what is too much is refused by name. */
import t from 'tap'
import { eventually } from '../programs/eventually.ts'
import { appImage } from './node-images.ts'
import { startStoreOfPods } from './store-of-pods.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const patience = 120_000
const app = {
  name: 'app',
  image: appImage,
  command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.2; done'],
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
  const statusOf = async (name: string) =>
    JSON.parse(await inNamespace('get', 'pod', name, '-o', 'json')).status
  const failed = async (name: string, manifest: string) => {
    await cluster.kubectl(['create', '-f', '-'], manifest)
    await eventually('it has failed', async () => (await statusOf(name)).phase === 'Failed', patience)
    const [init] = (await statusOf(name)).initContainerStatuses
    return init.state.terminated
  }

  await t.test(
    'the default limits are enough for 7.6 MiB of values, refreshed in the costliest format',
    async (t) => {
      store('a')
      await cluster.kubectl(
        ['create', '-f', '-'],
        inject(pod('large', parameters), { refresh: '3s', format: 'json' }),
      )
      await inNamespace('wait', '--for=condition=Ready', 'pod/large', '--timeout=240s')
      for (const letter of ['b', 'c', 'd']) {
        store(letter)
        const begins = new RegExp(`"p0":\\s*"${letter}`)
        const start = () =>
          inNamespace('exec', 'large', '-c', 'app', '--', 'head', '-c', '40', '/secret/secret')
        await eventually('the app reads the new ones', async () => begins.test(await start()), patience)
      }
      const { initContainerStatuses: statuses } = await statusOf('large')
      t.match(statuses, [{ restartCount: 0 }, { restartCount: 0, started: true }])
      await inNamespace('delete', 'pod', 'large')
    },
  )

  await t.test('values that exceed the limit are refused by name, with exit code 2', async (t) => {
    const terminated = await failed('refused', inject(pod('refused', parameters), limit('64Mi')))
    t.match(terminated, {
      exitCode: 2,
      message: /^the values take more than 4\.8 MiB, .* 64\.0 MiB\nhint: raise limits\.memory/,
    })
  })

  await t.test('the least limit that inject-init takes is enough for a few values', async (t) => {
    const manifest = inject(pod('least', parameters.slice(0, 19)), limit('20Mi'))
    await cluster.kubectl(['create', '-f', '-'], manifest)
    await inNamespace('wait', '--for=condition=Ready', 'pod/least', '--timeout=240s')
    t.match(await statusOf('least'), { initContainerStatuses: [{ restartCount: 0 }] })
  })

  await t.test('with less, the kernel kills it: exit code 137', async (t) => {
    const manifest = inject(pod('killed', parameters.slice(0, 19)), limit('20Mi'))
    const terminated = await failed('killed', manifest.replaceAll('20Mi', '10Mi'))
    t.match(terminated, { exitCode: 137, reason: 'OOMKilled' })
  })
})
