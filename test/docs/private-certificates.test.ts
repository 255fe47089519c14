/** The files of docs/network.md that give init and the creator the certificates of a private authority, and the creator its proxy. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t, { type Test } from 'tap'
import { parseAllDocuments } from 'yaml'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { createNamespace } from '../creator/cluster-workloads.ts'
import { root, run } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { command, kustomize } from '../programs/tools.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { makeLoopbackCertificate } from '../servers/loopback-certificate.ts'
import { startTlsTerminator } from '../servers/tls-terminator.ts'

const page = readFileSync(join(root, 'docs/network.md'), 'utf8')
/** By the name in their first line. */
const files = new Map(
  [...page.matchAll(/^```yaml\n# (\S+\.yaml)\n([^]*?)^```$/gm)].map(([, name = '', text = '']) => [
    name,
    text,
  ]),
)
const [, flags = ''] = /\| kees verify (--allow-env \w+) -f -$/m.exec(page) ?? []

type Container = {
  readonly name: string
  readonly env?: readonly { readonly name: string; readonly value: string }[]
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[]
}
type Workload = {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> }
      readonly spec: {
        readonly initContainers?: readonly Container[]
        readonly containers: readonly Container[]
        readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[]
      }
    }
  }
}

type Policy = {
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly podSelector: { readonly matchLabels: Readonly<Record<string, string>> }
    readonly egress: readonly { readonly ports: readonly { readonly port: number }[] }[]
  }
}

const { path: kustomizePath = 'kustomize', missing = false } = kustomize()

function build(t: Test, folder: string): string {
  const args = ['build', '--enable-alpha-plugins', '--enable-exec', folder]
  const { stdout, stderr, status } = run(kustomizePath, args)
  t.equal(status, 0, stderr)
  return stdout
}

function workloadsIn(text: string, kind: string): readonly Workload[] {
  return parseAllDocuments(text)
    .map((document): Workload => document.toJS())
    .filter((one) => one.kind === kind)
}

function overlayOfApp(t: Test): string {
  const folder = t.testdir({})
  cpSync(join(root, 'kustomize-examples/component'), folder, { recursive: true })
  const overlay = join(folder, 'overlays/company')
  mkdirSync(overlay)
  for (const name of ['kustomization.yaml', 'company-ca.yaml'])
    writeFileSync(join(overlay, name), files.get(name) ?? '')
  return overlay
}

function overlayOfCreator(t: Test): string {
  const base = join(root, 'install/creator')
  const names = ['creator-ca.yaml', 'creator-proxy.yaml', 'proxy-egress.yaml']
  const folder = t.testdir(Object.fromEntries(names.map((name) => [name, files.get(name) ?? ''])))
  const kustomization = `resources: [${relative(folder, base)}, proxy-egress.yaml]
patches: [{path: creator-ca.yaml}, {path: creator-proxy.yaml}]
`
  writeFileSync(join(folder, 'kustomization.yaml'), kustomization)
  return folder
}

t.test('the page has the files', async (t) => {
  t.strictSame(
    [...files.keys()],
    [
      'creator-proxy.yaml',
      'proxy-egress.yaml',
      'app-egress.yaml',
      'kustomization.yaml',
      'company-ca.yaml',
      'creator-ca.yaml',
    ],
  )
  t.equal(flags, '--allow-env NODE_EXTRA_CA_CERTS')
})

t.test('init trusts the certificates that its manifest mounts', { skip: missing }, async (t) => {
  const manifest = build(t, overlayOfApp(t))
  await t.test('kees verify accepts the variable if it is allowed', async (t) => {
    const verify = (more: readonly string[]) =>
      run('kees', ['verify', ...more, '-f', '-'], { input: manifest })
    const allowed = verify(flags.split(' '))
    t.equal(allowed.status, 0, allowed.stderr)
    const refused = verify([])
    t.equal(refused.status, 1)
    t.match(refused.stderr, 'NODE_EXTRA_CA_CERTS')
  })

  const { missing: withoutOpenssl = false, path: openssl } = command('openssl')
  await t.test('init calls a server of that authority', { skip: withoutOpenssl }, async (t) => {
    const [deployment] = workloadsIn(manifest, 'Deployment')
    const spec = deployment?.spec.template.spec
    const init = spec?.initContainers?.find(({ name }) => name === 'init-container')
    const { value = '' } = init?.env?.find(({ name }) => name === 'NODE_EXTRA_CA_CERTS') ?? {}
    const mount = init?.volumeMounts.find(({ mountPath }) => value.startsWith(`${mountPath}/`))
    const volume = spec?.volumes.find(({ name }) => name === mount?.name)
    t.equal(volume?.configMap?.name, 'company-ca')

    const folder = t.testdir({
      annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
      out: {},
      'company-ca': {},
    })
    const certificate = makeLoopbackCertificate(folder, openssl)
    cpSync(certificate.file, join(folder, 'company-ca', 'ca.crt'))
    const fake = await startFakeSsm()
    fake.put('/a', 'fakepassword')
    const tls = await startTlsTerminator(certificate, Number(new URL(fake.endpoint).port))
    t.teardown(async () => {
      tls.stop()
      await fake.stop()
    })
    const { status, stderr } = await runBeside('init', [], {
      env: {
        ANNOTATIONS_FILE: join(folder, 'annotations'),
        SECRETS_FILE: join(folder, 'out', 'secret'),
        AWS_ENDPOINT_URL: `https://localhost:${tls.port}`,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: 'fakesecret',
        NODE_EXTRA_CA_CERTS: value.replace(mount?.mountPath ?? '', join(folder, 'company-ca')),
      },
    })
    t.equal(status, 0, stderr)
    t.equal(readFileSync(join(folder, 'out', 'secret'), 'utf8'), 'a=fakepassword\n')
  })
})

t.test('the creator gets its proxy, which its second NetworkPolicy allows', { skip: missing }, async (t) => {
  const manifest = build(t, overlayOfCreator(t))
  const [deployment] = workloadsIn(manifest, 'Deployment')
  const { metadata, spec } = deployment?.spec.template ?? {}
  const [creator] = spec?.containers ?? []
  const address = creator?.env?.find(({ name }) => name === 'HTTPS_PROXY')?.value ?? ''
  const policy = parseAllDocuments(manifest)
    .map((document): Policy => document.toJS())
    .find(({ kind, metadata: { name } }) => kind === 'NetworkPolicy' && name === 'kees-creator-proxy')
  t.match(metadata?.labels, policy?.spec.podSelector.matchLabels)
  t.strictSame(
    policy?.spec.egress.flatMap(({ ports }) => ports.map(({ port }) => port)),
    [Number(new URL(address).port)],
  )
})

t.test('the API server accepts both', { skip: missing || controlPlaneMissing }, async (t) => {
  const cluster = await sharedControlPlane(t)
  for (const overlayOf of [overlayOfApp, overlayOfCreator]) {
    const [deployment] = workloadsIn(build(t, overlayOf(t)), 'Deployment')
    const { namespace = '', name = '' } = deployment?.metadata ?? {}
    const { containers = [], initContainers = [] } = deployment?.spec.template.spec ?? {}
    const patched = [...containers, ...initContainers].filter(({ env = [] }) =>
      env.some((one) => one.name === 'NODE_EXTRA_CA_CERTS'),
    )
    t.strictSame(
      patched.map((one) => one.name),
      [name === 'kees-creator' ? 'creator' : 'init-container'],
    )
    await createNamespace(cluster, namespace)
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments`
    t.match(await cluster.request('POST', path, deployment), { status: 201 }, name)
  }
})
