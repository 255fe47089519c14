// Installs the tools that tests need into the cache of the project, with go, python3, npm and apt-get. Without the command,
// the tool is not installed, and the tests that need it are skipped; a command that fails is an error.
// Arguments select tools by a part of their names; without arguments, all that `npm test` needs are installed.
import { join } from 'node:path'
import { withDirectoryLock } from './directory-lock.mjs'
import { installPackages, missingTestPackages } from './tools/debian-packages.ts'
import { goInstall } from './tools/go-install.ts'
import { goModuleFiles } from './tools/go-module-files.ts'
import { npmPackageFiles } from './tools/npm-package-files.ts'
import { pythonPackage } from './tools/python-package.ts'
import { argoCdFolder, argoCdVersion, cachedArgoCd } from './tools/argo-cd.ts'
import { findCommand } from './tools/installed.ts'
import { missingPackages } from './tools/node-missing.ts'
import {
  actionlintFolder,
  actionlintVersion,
  cachedActionlint,
  cachedContainerd,
  cachedCosign,
  cachedFlux,
  cachedHelm,
  cachedHelm4,
  cachedKubeRouter,
  cachedKubernetes,
  cachedKustomize,
  cachedKwok,
  cachedKwokStages,
  cachedMermaid,
  cachedMotoPython,
  cachedOpenTofu,
  cachedPreCommit,
  cachedPromtool,
  cachedRegistry,
  cachedRunc,
  cachedSarifSchema,
  containerdFolder,
  containerdVersion,
  controlPlaneAssets,
  cosignFolder,
  cosignVersion,
  type FluxController,
  fluxControllers,
  fluxFolder,
  goSarifVersion,
  helm4Folder,
  helm4Version,
  helmFolder,
  helmSource,
  helmVersion,
  kubeRouterFolder,
  kubeRouterVersion,
  kubernetesFolder,
  kubernetesSource,
  kubernetesVersion,
  kustomizeFolder,
  kustomizeVersion,
  kwokFolder,
  kwokStagesFolder,
  kwokVersion,
  mermaidFolder,
  mermaidVersion,
  motoFolder,
  motoVersion,
  openTofuFolder,
  openTofuSource,
  openTofuVersion,
  preCommitFolder,
  preCommitVersion,
  promtoolFolder,
  promtoolVersion,
  registryFolder,
  registrySource,
  registryVersion,
  runcFolder,
  runcVersion,
  sarifFolder,
  toolCache,
} from './tools/tool-cache.ts'

/** Sets the version that the servers report, as the build of Kubernetes does. */
const reported = `k8s.io/component-base/version.gitVersion=v${kubernetesVersion}`

type Tool = {
  readonly name: string
  /** Installed only if an argument selects it: `npm test` does not need it. */
  readonly onDemand?: true
  /** The command that installs it. */
  readonly client: string
  readonly folder: string
  readonly cached: () => string | undefined
  readonly fetch: (client: string, folder: string) => Promise<void>
}

/** The Go module is downloaded, and not built. */
function crdsOfFlux(controller: FluxController): Tool {
  const version = fluxControllers[controller]
  return {
    name: `CRDs of Flux (${controller} ${version})`,
    client: 'go',
    folder: fluxFolder(controller),
    cached: () => cachedFlux(controller),
    fetch: (go, folder) =>
      goModuleFiles(go, `github.com/fluxcd/${controller}@v${version}`, 'config/crd/bases', folder),
  }
}

const tools: readonly Tool[] = [
  {
    name: `kustomize ${kustomizeVersion}`,
    client: 'go',
    folder: kustomizeFolder(),
    cached: cachedKustomize,
    fetch: (go, folder) =>
      goInstall(go, { packageName: `sigs.k8s.io/kustomize/kustomize/v5@v${kustomizeVersion}` }, folder),
  },
  {
    name: `helm ${helmVersion}`,
    client: 'go',
    folder: helmFolder(),
    cached: cachedHelm,
    fetch: (go, folder) =>
      goInstall(go, { packageName: 'helm.sh/helm/v3/cmd/helm', source: helmSource }, folder),
  },
  {
    name: `actionlint ${actionlintVersion}`,
    client: 'go',
    folder: actionlintFolder(),
    cached: cachedActionlint,
    fetch: (go, folder) =>
      goInstall(
        go,
        { packageName: `github.com/rhysd/actionlint/cmd/actionlint@v${actionlintVersion}` },
        folder,
      ),
  },
  {
    name: `registry ${registryVersion}`,
    client: 'go',
    folder: registryFolder(),
    cached: cachedRegistry,
    fetch: (go, folder) => goInstall(go, { packageName: '.', source: registrySource }, folder),
  },
  {
    name: `cosign ${cosignVersion} (some minutes)`,
    onDemand: true,
    client: 'go',
    folder: cosignFolder(),
    cached: cachedCosign,
    fetch: (go, folder) =>
      goInstall(go, { packageName: `github.com/sigstore/cosign/v2/cmd/cosign@v${cosignVersion}` }, folder),
  },
  {
    name: `promtool ${promtoolVersion} (some minutes)`,
    onDemand: true,
    client: 'go',
    folder: promtoolFolder(),
    cached: cachedPromtool,
    fetch: (go, folder) =>
      goInstall(
        go,
        {
          packageName: `github.com/prometheus/prometheus/cmd/promtool@v${promtoolVersion}`,
          // Without service discovery, which is most of it.
          tags: 'remove_all_sd',
        },
        folder,
      ),
  },
  {
    // A name without that of Helm 3, which `npm test` needs.
    name: `Helm 4 (${helm4Version}, some minutes)`,
    onDemand: true,
    client: 'go',
    folder: helm4Folder(),
    cached: cachedHelm4,
    fetch: (go, folder) =>
      goInstall(go, { packageName: `helm.sh/helm/v4/cmd/helm@v${helm4Version}` }, folder),
  },
  {
    name: `kube-router ${kubeRouterVersion} (some minutes)`,
    onDemand: true,
    client: 'go',
    folder: kubeRouterFolder(),
    cached: cachedKubeRouter,
    fetch: (go, folder) =>
      goInstall(
        go,
        { packageName: `github.com/cloudnativelabs/kube-router/v2/cmd/kube-router@v${kubeRouterVersion}` },
        folder,
      ),
  },
  {
    name: `containerd ${containerdVersion} for user namespaces (some minutes)`,
    onDemand: true,
    client: 'go',
    folder: containerdFolder(),
    cached: cachedContainerd,
    fetch: (go, folder) =>
      goInstall(
        go,
        {
          packageName: `github.com/containerd/containerd/v2/cmd/containerd@v${containerdVersion}`,
          alsoPackages: [
            `github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2@v${containerdVersion}`,
          ],
          tags: 'no_btrfs,no_devmapper,no_zfs',
        },
        folder,
      ),
  },
  {
    name: `runc ${runcVersion} for user namespaces`,
    onDemand: true,
    client: 'go',
    folder: runcFolder(),
    cached: cachedRunc,
    fetch: async (go, folder) => {
      const apt = process.getuid?.() === 0 ? findCommand('apt-get') : undefined
      if (apt !== undefined) await installPackages(apt, ['gcc', 'libc6-dev', 'libseccomp-dev', 'pkg-config'])
      const packageName = `github.com/opencontainers/runc@v${runcVersion}`
      await goInstall(go, { packageName, tags: 'seccomp' }, folder)
    },
  },
  {
    name: `kwok ${kwokVersion} (some minutes)`,
    onDemand: true,
    client: 'go',
    folder: kwokFolder(),
    cached: cachedKwok,
    fetch: (go, folder) =>
      goInstall(go, { packageName: `sigs.k8s.io/kwok/cmd/kwok@v${kwokVersion}` }, folder),
  },
  {
    name: `stages of kwok ${kwokVersion}`,
    onDemand: true,
    client: 'go',
    folder: kwokStagesFolder(),
    cached: cachedKwokStages,
    fetch: (go, folder) => goModuleFiles(go, `sigs.k8s.io/kwok@v${kwokVersion}`, 'kustomize/stage', folder),
  },
  {
    name: `OpenTofu ${openTofuVersion} (some minutes)`,
    onDemand: true,
    client: 'go',
    folder: openTofuFolder(),
    cached: cachedOpenTofu,
    fetch: (go, folder) =>
      goInstall(
        go,
        {
          packageName: 'github.com/opentofu/opentofu/cmd/tofu',
          source: openTofuSource,
          linkerFlags: `-X github.com/opentofu/opentofu/version.dev=no`,
        },
        folder,
      ),
  },
  {
    name: `manifests of Argo CD ${argoCdVersion}`,
    client: 'go',
    folder: argoCdFolder(),
    cached: cachedArgoCd,
    fetch: (go, folder) =>
      goModuleFiles(go, `github.com/argoproj/argo-cd/v3@v${argoCdVersion}`, 'manifests', folder),
  },
  crdsOfFlux('kustomize-controller'),
  crdsOfFlux('source-controller'),
  {
    name: `schema of SARIF (go-sarif ${goSarifVersion})`,
    client: 'go',
    folder: sarifFolder(),
    cached: cachedSarifSchema,
    fetch: (go, folder) =>
      goModuleFiles(
        go,
        `github.com/owenrumney/go-sarif/v3@v${goSarifVersion}`,
        'pkg/report/v210/sarif',
        folder,
      ),
  },
  {
    name: `Kubernetes ${kubernetesVersion} (some minutes)`,
    client: 'go',
    folder: kubernetesFolder(),
    cached: () => controlPlaneAssets() ?? cachedKubernetes(),
    fetch: (go, folder) =>
      goInstall(go, { packageName: '.', source: kubernetesSource, linkerFlags: `-X ${reported}` }, folder),
  },
  {
    name: `moto ${motoVersion}`,
    client: 'python3',
    folder: motoFolder(),
    cached: cachedMotoPython,
    fetch: (python, folder) => pythonPackage(python, `moto[server]==${motoVersion}`, folder),
  },
  {
    name: `pre-commit ${preCommitVersion}`,
    onDemand: true,
    client: 'python3',
    folder: preCommitFolder(),
    cached: cachedPreCommit,
    fetch: (python, folder) => pythonPackage(python, `pre-commit==${preCommitVersion}`, folder),
  },
  {
    name: `mermaid ${mermaidVersion}`,
    client: 'npm',
    folder: mermaidFolder(),
    cached: cachedMermaid,
    fetch: (npm, folder) =>
      npmPackageFiles(npm, `mermaid@${mermaidVersion}`, 'package/dist/mermaid.min.js', folder),
  },
  {
    name: 'programs of a Kubernetes node',
    // Only root installs packages.
    client: process.getuid?.() === 0 ? 'apt-get' : '',
    folder: join(toolCache(), 'node-packages'),
    cached: () => (missingPackages().length === 0 ? '' : undefined),
    fetch: (apt) => installPackages(apt, missingPackages()),
  },
  {
    name: 'Debian packages of tests',
    client: process.getuid?.() === 0 ? 'apt-get' : '',
    folder: join(toolCache(), 'test-packages'),
    cached: () => (missingTestPackages().length === 0 ? '' : undefined),
    fetch: (apt) => installPackages(apt, missingTestPackages()),
  },
  {
    name: 'ipset, which kube-router runs',
    onDemand: true,
    client: process.getuid?.() === 0 ? 'apt-get' : '',
    folder: join(toolCache(), 'kube-router-packages'),
    cached: () => findCommand('ipset'),
    fetch: (apt) => installPackages(apt, ['ipset']),
  },
]

async function install({ name, client, folder, cached, fetch }: Tool): Promise<void> {
  const path = findCommand(client)
  if (path === undefined || cached() !== undefined) return
  const onWait = (holder: number) => say(`${name}: waiting for process ${holder}, which is installing it`)
  await withDirectoryLock(`${folder}.lock`, onWait, async () => {
    if (cached() !== undefined) return
    const start = Date.now()
    say(`${name}: installing with ${client} into ${folder}`)
    await fetch(path, folder)
    say(`${name}: done in ${Math.round((Date.now() - start) / 1000)} s`)
  })
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

const pieces = process.argv.slice(2)
const chosen = tools.filter(({ name, onDemand }) =>
  pieces.length === 0 ? onDemand !== true : pieces.some((piece) => name.includes(piece)),
)
await Promise.all(
  chosen.map(async (tool) => {
    try {
      await install(tool)
    } catch (error) {
      say(`${tool.name}: ${error instanceof Error ? error.message : String(error)}`)
      process.exitCode = 1
    }
  }),
)
