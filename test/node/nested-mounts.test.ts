/** Mounts that inject-init refuses, because a container that has them never starts, and those that it accepts. */
import t from 'tap'
import { eventually } from '../programs/eventually.ts'
import { run } from '../programs/programs.ts'
import { appImage } from './node-images.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

const settings = { name: 'other', configMap: { name: 'settings' } }
const rows = [
  {
    name: 'directory',
    path: '/secret',
    mount: { mountPath: '/secret/conf.d' },
    volume: settings,
    message: /\/secret\/conf\.d.*read-only file system/,
  },
  {
    name: 'sub-path',
    path: '/secret',
    mount: { mountPath: '/secret/app.conf', subPath: 'app.conf' },
    volume: settings,
    message: /\/secret\/app\.conf.*read-only file system/,
  },
  {
    name: 'read-only-parent',
    path: '/srv/secret',
    mount: { mountPath: '/srv', readOnly: true },
    volume: { name: 'other', emptyDir: {} },
    message: /\/srv\/secret.*read-only file system/,
  },
  {
    name: 'sub-path-parent',
    path: '/srv/secret',
    mount: { mountPath: '/srv', subPath: 'files' },
    volume: {
      name: 'other',
      configMap: { name: 'settings', items: [{ key: 'app.conf', path: 'files/app.conf' }] },
    },
    message: /\/srv\/secret.*read-only file system/,
  },
  ...Object.entries({
    'writable-parent': { emptyDir: {} },
    // The kubelet creates the mount points in these.
    'config-map-parent': { configMap: { name: 'settings' } },
    'secret-parent': { secret: { secretName: 'settings' } },
    'downward-api-parent': { downwardAPI: { items: [] } },
    'projected-parent': { projected: { sources: [] } },
  }).map(([name, volume]) => ({
    name,
    path: '/srv/secret',
    mount: { mountPath: '/srv' },
    volume: { name: 'other', ...volume },
    message: undefined,
  })),
]

t.test('a mount inside a read-only one', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const namespace = await cluster.makeNamespace('mounts')
  const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
  const create = (objects: readonly object[]) =>
    cluster.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  const pod = ({ name, mount, volume }: (typeof rows)[number], mounts: readonly object[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      annotations: { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' },
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'app',
          image: appImage,
          command: ['true'],
          volumeMounts: [{ name: 'other', ...mount }, ...mounts],
        },
      ],
      // As inject-init makes the volume of the secrets. Without the init container, the app alone decides.
      volumes: [volume, { name: 'secret-volume', emptyDir: { medium: 'Memory' } }],
    },
  })
  const metadata = { name: 'settings', namespace }
  const data = { 'app.conf': 'a=b' }
  await create([
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: data },
    ...rows.map((row) => pod(row, [{ name: 'secret-volume', mountPath: row.path, readOnly: true }])),
  ])
  for (const row of rows) {
    const { name, path, message } = row
    const flags = ['--image', 'example/init:1', '--secret-mount-path', path, '--secret-volume-name', 'kees']
    const injected = run('kees', ['inject', ...flags, '-f', '-'], { input: JSON.stringify(pod(row, [])) })
    if (message === undefined) {
      t.equal(injected.status, 0, `${name}: ${injected.stderr}`)
      await inNamespace('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/${name}`, '--timeout=240s')
      continue
    }
    t.equal(injected.status, 1, name)
    t.match(injected.stderr, /so the mount point (\S+ )?cannot be created/, name)
    let found = ''
    await eventually(
      `the kubelet says why ${name} does not start`,
      async () => {
        const { status } = JSON.parse(await inNamespace('get', 'pod', name, '-o', 'json'))
        const [{ state = {} } = {}] = status.containerStatuses ?? []
        found = (state.waiting ?? state.terminated)?.message ?? ''
        return found !== '' || status.phase === 'Succeeded'
      },
      120_000,
    )
    t.match(found, message, `${name} never starts`)
  }
})
