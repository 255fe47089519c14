/**
 * Argo CD and Flux, with their real CRDs, on a real API server: the example with the function in the repo-server, and the example of
 * rendered manifests. Unless this runs in full, Argo CD is installed without its CRD of ApplicationSets, which is larger than all the
 * rest. test/node/argo-cd.test.ts runs the init container of the first, test/node/long/examples.ts the pods of both.
 */
import { chmodSync, cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import { argoCdVersion, cachedArgoCd } from '../../scripts/tools/argo-cd.ts'
import { cachedFlux, type FluxController } from '../../scripts/tools/tool-cache.ts'
import { findCommand } from '../../scripts/tools/installed.ts'
import { controlPlaneMissing } from '../servers/control-plane.ts'
import { sharedControlPlane } from '../servers/shared-control-plane.ts'
import { eventually } from '../programs/eventually.ts'
import { isLong } from '../programs/long.ts'
import { golden, root, run } from '../programs/programs.ts'
import { removeFolder } from '../programs/remove-folder.ts'
import { kubectl, kustomize } from '../programs/tools.ts'

t.setTimeout(1_200_000)

const example = join(root, 'kustomize-examples/argo-cd')
const goMissing = findCommand('go') === undefined && 'needs the command go'
const rendered = join(root, 'kustomize-examples/rendered-manifests')
const skip = goMissing || kustomize().missing || kubectl().missing || controlPlaneMissing

const folder = mkdtempSync(join(tmpdir(), 'kees-argo-cd-'))
t.teardown(() => removeFolder(folder))

t.test('what Argo CD applies', { skip: kustomize().missing ?? false }, async (t) => {
  const { data }: { data: Record<string, string> } = parse(
    readFileSync(join(example, 'repo-server/argocd-cm.yaml'), 'utf8'),
  )
  const flags = (data['kustomize.buildOptions'] ?? '').split(' ')
  const built = run(kustomize().path ?? '', ['build', ...flags, join(example, 'app')])
  t.strictSame([built.status, built.stderr], [0, ''])
  t.equal(built.stdout, golden(join(example, 'expected/app.yaml'), built.stdout))
  t.match(built.stdout, 'name: init-container')
})

t.test('in a cluster', { skip }, async (t) => {
  const plane = await sharedControlPlane(t)
  const kubectlIn = (...args: readonly string[]) =>
    run(kubectl().path ?? '', [`--kubeconfig=${plane.kubeconfig}`, ...args])

  // The manifests as they are released, from where the machine keeps them.
  cpSync(example, folder, { recursive: true })
  const path = join(folder, 'argocd/kustomization.yaml')
  const kustomization: { resources: string[] } = parse(readFileSync(path, 'utf8'))
  const remote = `https://github.com/argoproj/argo-cd//manifests/cluster-install?ref=v${argoCdVersion}`
  t.strictSame(kustomization.resources, [remote])
  cpSync(cachedArgoCd() ?? '', join(folder, 'manifests'), { recursive: true })
  const crds = join(folder, 'manifests/crds/kustomization.yaml')
  chmodSync(crds, 0o644)
  const listed: { resources: string[] } = parse(readFileSync(crds, 'utf8'))
  const resources = listed.resources.filter((one) => isLong || one !== 'applicationset-crd.yaml')
  t.equal(resources.length, isLong ? 3 : 2)
  writeFileSync(crds, stringify({ ...listed, resources }))
  writeFileSync(path, stringify({ ...kustomization, resources: ['../manifests/cluster-install'] }))

  const namespace = ['create', 'namespace', 'argocd']
  const applied = [
    namespace,
    ['label', 'namespace', 'argocd', 'pod-security.kubernetes.io/warn=restricted'],
    ['apply', '--server-side', '-k', join(folder, 'argocd')],
    ['apply', '-f', join(folder, 'application.yaml')],
  ].map((args) => kubectlIn(...args))

  await t.test(
    'Argo CD with the component is taken, field by field, and so is the Application',
    async (t) => {
      for (const { status, stderr } of applied) {
        t.equal(status, 0, stderr)
        t.notMatch(
          stderr,
          /unknown field|kees-install/,
          'no field is unknown, and nothing of ours breaks the profile',
        )
      }
      const strange = readFileSync(join(folder, 'application.yaml'), 'utf8').replace('path:', 'pahT:')
      const refused = run(kubectl().path ?? '', [`--kubeconfig=${plane.kubeconfig}`, 'apply', '-f', '-'], {
        input: strange,
      })
      t.match(
        refused,
        { status: 1, stderr: /unknown field "spec\.source\.pahT"/ },
        'the schema is that of Argo CD',
      )
      const { stdout } = kubectlIn('get', 'configmap', 'argocd-cm', '-n', 'argocd', '-o', 'json')
      t.match(JSON.parse(stdout), {
        data: { 'kustomize.buildOptions': '--enable-alpha-plugins --enable-exec' },
      })
      t.ok(Object.keys(JSON.parse(stdout).data).length > 1, 'the settings of Argo CD are kept')
    },
  )

  await t.test("Argo CD's own init container stays beside that of kees", async (t) => {
    const names = ['get', 'deployment', 'argocd-repo-server', '-n', 'argocd', '-o', 'json']
    const { initContainers }: { initContainers: { name: string }[] } = JSON.parse(kubectlIn(...names).stdout)
      .spec.template.spec
    t.strictSame(initContainers.map(({ name }) => name).toSorted(), ['copyutil', 'kees-install'])
  })

  await t.test('rendered manifests: the objects of Argo CD and Flux are accepted', async (t) => {
    const controllers: readonly FluxController[] = ['kustomize-controller', 'source-controller']
    for (const controller of controllers) {
      const { status, stderr } = kubectlIn('apply', '--server-side', '-f', cachedFlux(controller) ?? '')
      t.equal(status, 0, stderr)
    }
    kubectlIn('create', 'namespace', 'flux-system')
    for (const tool of ['argo-cd', 'flux']) {
      const apply = () => kubectlIn('apply', '--validate=strict', '-f', join(rendered, tool))
      await eventually(`the API server accepts ${tool}/`, () => apply().status === 0)
      const { status, stderr } = apply()
      t.strictSame([stderr, status], ['', 0])
    }
  })

  await t.test(
    'rendered manifests: the folder that each names is injected, and accepted as it is',
    async (t) => {
      kubectlIn('create', 'namespace', 'shop')
      const read = (file: string): { spec: { path?: string; source?: { path: string } } } =>
        parse(readFileSync(join(rendered, file), 'utf8'))
      const prod = join(rendered, 'expected/prod')
      const paths = [read('argo-cd/application.yaml').spec.source?.path, read('flux/orders.yaml').spec.path]
      t.strictSame(
        paths.map((one) => join(root, one ?? '')),
        [prod, prod],
      )
      const checked = run('kees', ['verify', '-f', prod, '--iam', join(rendered, 'expected/terraform')])
      t.strictSame([checked.stderr, checked.status], ['', 0])
      const { status, stderr } = kubectlIn('apply', '--server-side', '--validate=strict', '-f', prod)
      t.equal(status, 0, stderr)
      t.notMatch(stderr, /unknown field/)
      const again = kubectlIn('diff', '--server-side', '-f', prod)
      t.strictSame([again.stdout, again.status], ['', 0], 'a tool that compares sees no difference')
    },
  )
})
