/** A manifest that the standalone executable has injected: its pod reads its secret. */
import t from 'tap'
import { parse } from 'yaml'
import { standalone, standaloneMissing } from '../../packaging/standalone.ts'
import { appImage } from '../node-images.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_200_000)

t.test(
  'a pod that the standalone executable has injected reads its secret',
  { skip: nodeTestsMissing || standaloneMissing },
  async (t) => {
    const executable = await standalone()
    const cluster = await useNode(t)
    const { server, inject } = await startStoreOfPods(t, cluster)
    server.put('/db.password', 'fakepassword')
    const namespace = await cluster.makeNamespace('standalone')
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'app',
        annotations: { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' },
      },
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'app', image: appImage, command: ['cat', '/secret/secret'] }],
      },
    }
    const manifest = inject(pod, {}, executable)
    t.equal(manifest, inject(pod), 'the same as from kees on Node')
    await cluster.kubectl(['create', '-n', namespace, '-f', '-'], JSON.stringify(parse(manifest)))
    const kubectl = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
    await kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', 'pod/app', '--timeout=240s')
    t.equal(await kubectl('logs', 'app', '-c', 'app'), 'db.password=fakepassword\n')
  },
)
