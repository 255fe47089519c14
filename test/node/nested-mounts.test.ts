/** Mounts that inject-init refuses, because a container that has them never starts, and those that it accepts. */
import t from 'tap'
import { eventually } from '../programs/eventually.ts'
import { run } from '../programs/programs.ts'
import { appImage } from './node-images.ts'
import { nodeTestsMissing, useNode } from './use-node.ts'

t.setTimeout(600_000)

type Row = {
  readonly name: string
  readonly mount: { readonly mountPath: string; readonly subPath?: string; readonly readOnly?: boolean }
  readonly volume: object
}

/** Where the secrets are mounted, read-only. */
const path = '/srv/secret'
const settings = { configMap: { name: 'settings' } }
const files = { configMap: { name: 'settings', items: [{ key: 'app.conf', path: 'files/app.conf' }] } }
const refused: readonly Row[] = [
  { name: 'directory', mount: { mountPath: `${path}/conf.d` }, volume: settings },
  { name: 'file', mount: { mountPath: `${path}/app.conf`, subPath: 'app.conf' }, volume: settings },
  { name: 'read-only-parent', mount: { mountPath: '/srv', readOnly: true }, volume: { emptyDir: {} } },
  { name: 'sub-path-parent', mount: { mountPath: '/srv', subPath: 'files' }, volume: files },
]
const accepted: readonly Row[] = Object.entries({
  'writable-parent': { emptyDir: {} },
  // The kubelet creates the mount points in these.
  'config-map-parent': settings,
  'secret-parent': { secret: { secretName: 'settings' } },
  'downward-api-parent': { downwardAPI: { items: [] } },
  'projected-parent': { projected: { sources: [] } },
}).map(([name, volume]) => ({ name, mount: { mountPath: '/srv' }, volume }))

/** A pod with a container for each row. */
function podOf(name: string, rows: readonly Row[], mounts: readonly object[]) {
  const annotations = { 'secret.bsycorp.com/db.password': 'kind=REFERENCE,type=PASSWORD' }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: rows.map((row) => ({
        name: row.name,
        image: appImage,
        command: ['true'],
        volumeMounts: [{ name: row.name, ...row.mount }, ...mounts],
      })),
      volumes: [
        ...rows.map((row) => ({ name: row.name, ...row.volume })),
        // As inject-init makes it. Without the init container, the mounts alone decide.
        { name: 'secret-volume', emptyDir: { medium: 'Memory' } },
      ],
    },
  }
}

type Status = {
  readonly name: string
  readonly state: {
    readonly waiting?: { readonly message?: string }
    readonly terminated?: { readonly message?: string; readonly exitCode: number }
  }
}

t.test('a mount inside another', { skip: nodeTestsMissing }, async (t) => {
  const cluster = await useNode(t)
  const namespace = await cluster.makeNamespace('mounts')
  const inNamespace = (args: readonly string[], input?: string) =>
    cluster.kubectl(['-n', namespace, ...args], input)
  const mount = { name: 'secret-volume', mountPath: path, readOnly: true }
  const metadata = { name: 'settings' }
  const data = { 'app.conf': 'a=b' }
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { apiVersion: 'v1', kind: 'Secret', metadata, stringData: data },
    podOf('refused', refused, [mount]),
    podOf('accepted', accepted, [mount]),
  ]
  await inNamespace(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  /** Of the containers, as soon as the kubelet has tried to start each. */
  const statusesOf = async (pod: string): Promise<readonly Status[]> => {
    let statuses: readonly Status[] = []
    await eventually(
      `the kubelet has tried to start the containers of ${pod}`,
      async () => {
        const { status } = JSON.parse(await cluster.readPod(namespace, pod))
        statuses = status.containerStatuses ?? []
        const isTried = ({ state }: Status) =>
          state.terminated !== undefined || state.waiting?.message !== undefined
        return statuses.length > 0 && statuses.every(isTried)
      },
      120_000,
    )
    return statuses
  }
  const inject = (name: string, rows: readonly Row[]) => {
    const flags = ['--image', 'example/init:1', '--secret-mount-path', path, '--secret-volume-name', 'kees']
    return run('kees', ['inject', ...flags, '-f', '-'], { input: JSON.stringify(podOf(name, rows, [])) })
  }

  const { status, stderr } = inject('refused', refused)
  t.equal(status, 1, 'inject-init refuses them')
  for (const { name, state } of await statusesOf('refused')) {
    const said = (state.terminated ?? state.waiting)?.message ?? ''
    t.match(said, /\/srv\/secret.*read-only file system/, `${name} does not start`)
    t.match(
      stderr,
      new RegExp(`container "${name}" .*the mount point (\\S+ )?cannot be created`),
      `${name} is named`,
    )
  }
  t.match(inject('accepted', accepted), { status: 0, stderr: '' }, 'inject-init accepts the others')
  for (const { name, state } of await statusesOf('accepted'))
    t.equal(state.terminated?.exitCode, 0, `${name} starts`)
})
