/** Volumes in memory that an app fills: what its memory limit counts, and what `sizeLimit` changes. The secrets stay as they are. */
import t from 'tap'
import { eventually } from '../../programs/eventually.ts'
import { stays } from '../app-pod.ts'
import { appImage } from '../node-images.ts'
import { startPodsWithStore } from '../pods-with-store.ts'
import { nodeTestsMissing } from '../use-node.ts'

t.setTimeout(1_200_000)

const patience = 240_000
/** Once it has filled the volume, it stays. */
const fill = `test -e /cache/full && { ${stays}; }; exec dd if=/dev/zero of=/cache/full bs=1M count=64`

/** By the `emptyDir`: how the app ends that writes 64 MiB, with a memory limit of 32Mi. */
const volumes = {
  'without sizeLimit: OOMKilled': {
    emptyDir: { medium: 'Memory' },
    ended: { exitCode: 137, reason: 'OOMKilled' },
  },
  'with sizeLimit below the memory limit: the volume is full': {
    emptyDir: { medium: 'Memory', sizeLimit: '8Mi' },
    ended: { exitCode: 1, reason: 'Error', message: /No space left on device/ },
  },
}

for (const [index, [title, { emptyDir, ended }]] of Object.entries(volumes).entries()) {
  t.test(title, { skip: nodeTestsMissing }, async (t) => {
    const { server, create, pod, injected, becomesReady, status, secret, inApp } = await startPodsWithStore(
      t,
      `memory-volume-${index}`,
    )
    const app = {
      name: 'app',
      image: appImage,
      command: ['sh', '-c', fill],
      resources: { limits: { memory: '32Mi' } },
      terminationMessagePolicy: 'FallbackToLogsOnError',
      volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
    }
    const spec = { containers: [app], volumes: [{ name: 'cache', emptyDir }] }
    await create(injected(pod('app', spec), { refresh: '2s' }))
    const isRestarted = async () => (await status('app')).containerStatuses?.[0].restartCount > 0
    await eventually('the app is restarted', isRestarted, patience)
    await becomesReady('app')
    const { containerStatuses, initContainerStatuses } = await status('app')
    t.match(containerStatuses, [{ restartCount: 1, lastState: { terminated: ended } }])
    t.match(initContainerStatuses, [{ restartCount: 0 }, { restartCount: 0 }])
    t.equal(await secret('app'), 'db.password=fakepassword\n')
    server.put('/db.password', 'fakepassword2')
    const isThere = async () => (await secret('app')) === 'db.password=fakepassword2\n'
    await eventually('the sidecar goes on', isThere, patience)
    await t.rejects(inApp('app', 'touch', '/secret/full'), { message: /Read-only file system/ })
  })
}
