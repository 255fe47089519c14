/**
 * What the examples' commands print (`expected/`, which test/docs/examples.test.ts compares with the programs) reaches running pods.
 * Only what a cluster of one node without a registry lacks is replaced: the apps' images, the store, and the namespace.
 */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseAllDocuments } from 'yaml'
import { root } from '../../programs/programs.ts'
import { runBeside } from '../../programs/run-beside.ts'
import { stays } from '../app-pod.ts'
import { storeVariables } from '../install-creator.ts'
import { appImage, initImage } from '../node-images.ts'
import { startStoreOfPods } from '../store-of-pods.ts'
import { nodeTestsMissing, useNode } from '../use-node.ts'

t.setTimeout(1_800_000)

const examples = join(root, 'kustomize-examples')
const injected = 'kees.bsycorp.com/injected'
const files = globSync('*/expected/**/*.yaml', { cwd: examples })
  .filter((file) => readFileSync(join(examples, file), 'utf8').includes(injected))
  .toSorted()
/** What is stored where any text would not do. */
const parameters = {
  '/shop/db': '{"host":"db.example","password":"fake/password"}',
  '/shop/keystore': Buffer.from('fakekeystore').toString('base64'),
}
const secrets = {
  'rds!db-5e0f9a6c-1b7d-4f3e-9c2a-8d41f6b0a3e7': '{"username":"orders","password":"fake/password"}',
}
/** What the app reads, by example. */
const reads: Readonly<Record<string, readonly [command: string, output: RegExp]>> = {
  'database-url': [
    'cat /secret/database-url',
    /^postgres:\/\/orders:fake%2Fpassword@fakevalue:5432\/orders\?sslmode=verify-full$/,
  ],
  'environment-variables': [
    'tr "\\0" "\\n" </proc/1/environ',
    /^DATABASE_URL=postgres:\/\/orders:fake%2Fpassword@db\.example\/orders$/m,
  ],
  'tls-files': [
    'cd /secret && cat tls/tls.crt tls/tls.key keystore.p12 jwt/private.pem',
    /^fakevaluefakevaluefakekeystore-----BEGIN PRIVATE KEY-----\n/,
  ],
}
const readsOfOthers = ['cat /secret/secret', /password/i] as const

t.test('every example reaches running pods', { skip: nodeTestsMissing }, async (t) => {
  const folders = new Set(files.map((file) => file.split('/')[0] ?? ''))
  const all = globSync('*/', { cwd: examples }).map((folder) => folder.replace('/', ''))
  // The creator's is in creator-example.ts.
  t.strictSame([...folders, 'creator'].toSorted(), all.toSorted())
  const cluster = await useNode(t)
  const { server, endpoint } = await startStoreOfPods(t, cluster)
  const kees = async (command: string, file: string, allowed: readonly number[]) => {
    const env = { ...variables(server.endpoint), KEES_STORE: 'ssm' }
    const args = [command, '-f', join(examples, file), '--output=json']
    const { status, stdout, stderr } = await runBeside('kees', args, { env })
    if (!allowed.includes(status ?? -1)) throw new Error(`kees ${args.join(' ')}: ${stderr}`)
    return stdout
  }

  for (const [index, file] of files.entries()) {
    await t.test(file, async (t) => {
      for (const [name, value] of Object.entries(parameters)) server.put(name, value)
      for (const [name, value] of Object.entries(secrets)) server.secrets.put(name, value)
      await kees('create', file, [0])
      const stored: { parameter: string; status: string }[] = JSON.parse(await kees('status', file, [0, 3]))
      for (const { parameter, status } of stored) if (status === 'missing') server.put(parameter, 'fakevalue')

      const namespace = await cluster.makeNamespace(`example-${index}`)
      const inNamespace = (...args: string[]) => cluster.kubectl(['-n', namespace, ...args])
      const documents = parseAllDocuments(readFileSync(join(examples, file), 'utf8'))
        .map((one): Manifest => one.toJS())
        .filter(({ kind }) => kind !== 'Namespace')
      for (const { metadata, spec } of documents) {
        metadata.namespace = namespace
        for (const template of podTemplates(spec)) adapt(template, endpoint)
      }
      const list = { apiVersion: 'v1', kind: 'List', items: documents }
      await cluster.kubectl(['create', '-f', '-'], JSON.stringify(list))

      for (const { kind, metadata } of documents.filter(({ spec }) => podTemplates(spec).length > 0)) {
        const { name } = metadata
        if (kind === 'Deployment') {
          await inNamespace('rollout', 'status', `deployment/${name}`, '--timeout=290s')
        } else {
          t.equal(kind, 'CronJob')
          await inNamespace('create', 'job', `${name}-now`, `--from=cronjob/${name}`)
          await inNamespace('wait', '--for=condition=Complete', `job/${name}-now`, '--timeout=290s')
        }
      }
      const pods: Pods = JSON.parse(await inNamespace('get', 'pods', '-o', 'json'))
      t.ok(pods.items.length > 0)
      for (const { metadata, spec, status } of pods.items) {
        const { initContainerStatuses = [], containerStatuses } = status
        const statuses = [...initContainerStatuses, ...containerStatuses]
        t.ok(
          statuses.every(({ restartCount }) => restartCount === 0),
          `${metadata.name} started at once`,
        )
        // What the container of a Job has read is in its exit code.
        if (metadata.ownerReferences?.[0]?.kind === 'Job') {
          t.equal(status.phase, 'Succeeded')
          continue
        }
        const [app] = spec.containers
        const [command, output] = reads[file.split('/')[0] ?? ''] ?? readsOfOthers
        t.match(
          await inNamespace('exec', metadata.name, '-c', app?.name ?? '', '--', 'sh', '-c', command),
          output,
        )
      }
    })
  }
})

function variables(endpoint: string): Readonly<Record<string, string>> {
  return Object.fromEntries(storeVariables(endpoint).map(({ name, value }) => [name, value]))
}

type Container = { readonly name: string; image: string; command?: string[]; env?: object[] }
type PodSpec = {
  readonly initContainers?: Container[]
  readonly containers: Container[]
  restartPolicy?: string
}
type Template = {
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> }
  readonly spec: PodSpec
}
type Manifest = {
  readonly kind: string
  readonly metadata: { readonly name: string; namespace?: string }
  readonly spec?: {
    readonly template?: Template
    readonly jobTemplate?: { readonly spec: { readonly template: Template } }
  }
}
type Restarts = readonly { readonly restartCount: number }[]
type Pods = {
  readonly items: readonly {
    readonly metadata: {
      readonly name: string
      readonly ownerReferences?: readonly { readonly kind: string }[]
    }
    readonly spec: PodSpec
    readonly status: {
      readonly phase: string
      readonly initContainerStatuses?: Restarts
      readonly containerStatuses: Restarts
    }
  }[]
}

function podTemplates(spec: Manifest['spec']): readonly Template[] {
  return [spec?.template, spec?.jobTemplate?.spec.template].filter((one) => one !== undefined)
}

/** In local mode, no store is named. */
function adapt({ metadata, spec: pod }: Template, endpoint: string): void {
  const isLocal = metadata?.annotations?.['init.bsycorp.com/local-mode'] === 'true'
  const { initContainers = [], containers } = pod
  // A Job that declares nothing has no secrets.
  const ends = initContainers.length > 0 ? ['test', '-e', '/secret/secret'] : ['true']
  for (const container of [...initContainers, ...containers]) {
    if (container.image.includes('kees-init') || container.image.includes('kees/init')) {
      container.image = initImage
      container.env = [...(container.env ?? []), ...(isLocal ? [] : storeVariables(endpoint))]
    } else {
      container.image = appImage
      container.command ??= pod.restartPolicy === 'Never' ? ends : ['sh', '-c', stays]
    }
  }
}
