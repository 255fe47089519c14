/** The paths of the tools that fetch-tools.ts installs for tests: a folder for each version. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export const kustomizeVersion = '5.8.1'
export const motoVersion = '5.2.1'
/** That of its go.mod. */
export const helmVersion = '3.21.4'
export const helmSource = join(import.meta.dirname, '../..', 'test', 'packaging', 'helm')
export const helm4Version = '4.3.2'
export const actionlintVersion = '1.7.12'
/** That of its go.mod. */
export const registryVersion = '3.1.2'
export const registrySource = join(import.meta.dirname, '../..', 'test', 'packaging', 'registry')
export const cosignVersion = '2.6.5'
export const promtoolVersion = '0.316.0'
/** Each controller of Flux is a Go module that contains its CRDs. */
export const fluxControllers = { 'kustomize-controller': '1.7.3', 'source-controller': '1.8.5' } as const
export type FluxController = keyof typeof fluxControllers
export const kwokVersion = '0.8.0'
export const kubeRouterVersion = '2.1.0'
/** Of the node whose pods have user namespaces. */
export const containerdVersion = '2.2.9'
export const runcVersion = '1.4.4'
/** The module that contains the JSON Schema of SARIF 2.1.0, which OASIS publishes on its website alone. */
export const goSarifVersion = '3.3.1'
export const mermaidVersion = '12.3.0'
export const preCommitVersion = '4.7.0'
/** That of its go.mod. */
export const openTofuVersion = '1.12.6'
export const openTofuSource = join(import.meta.dirname, '../..', 'test', 'iam', 'opentofu')
export const kubernetesVersion = '1.36.3'
export const kubernetesSource = join(import.meta.dirname, '../..', 'test', 'node', 'kubernetes')

export function toolCache(): string {
  // A relative path is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  const given = process.env['XDG_CACHE_HOME'] ?? ''
  return join(isAbsolute(given) ? given : join(homedir(), '.cache'), 'kees', 'tools')
}

export function kustomizeFolder(): string {
  return join(toolCache(), `kustomize-${kustomizeVersion}`)
}

export function helmFolder(): string {
  return goProgramFolder('helm', helmSource)
}

export function helm4Folder(): string {
  return join(toolCache(), `helm-${helm4Version}`)
}

export function cachedHelm4(): string | undefined {
  return ifThere(join(helm4Folder(), 'helm'))
}

export function motoFolder(): string {
  return join(toolCache(), `moto-${motoVersion}`)
}

export function actionlintFolder(): string {
  return join(toolCache(), `actionlint-${actionlintVersion}`)
}

export function cachedActionlint(): string | undefined {
  return ifThere(join(actionlintFolder(), 'actionlint'))
}

export function registryFolder(): string {
  return goProgramFolder('registry', registrySource)
}

export function cachedRegistry(): string | undefined {
  return ifThere(join(registryFolder(), 'registry'))
}

export function cosignFolder(): string {
  return join(toolCache(), `cosign-${cosignVersion}`)
}

export function cachedCosign(): string | undefined {
  return ifThere(join(cosignFolder(), 'cosign'))
}

export function promtoolFolder(): string {
  return join(toolCache(), `promtool-${promtoolVersion}`)
}

export function cachedPromtool(): string | undefined {
  return ifThere(join(promtoolFolder(), 'promtool'))
}

export function kubeRouterFolder(): string {
  return join(toolCache(), `kube-router-${kubeRouterVersion}`)
}

export function cachedKubeRouter(): string | undefined {
  return ifThere(join(kubeRouterFolder(), 'kube-router'))
}

export function containerdFolder(): string {
  return join(toolCache(), `containerd-${containerdVersion}`)
}

/** The folder of its programs. */
export function cachedContainerd(): string | undefined {
  return ifThere(join(containerdFolder(), 'containerd')) && containerdFolder()
}

export function runcFolder(): string {
  return join(toolCache(), `runc-${runcVersion}`)
}

/** The folder of the program. */
export function cachedRunc(): string | undefined {
  return ifThere(join(runcFolder(), 'runc')) && runcFolder()
}

export function kwokFolder(): string {
  return join(toolCache(), `kwok-${kwokVersion}`)
}

export function cachedKwok(): string | undefined {
  return ifThere(join(kwokFolder(), 'kwok'))
}

export function kwokStagesFolder(): string {
  return join(toolCache(), `kwok-stages-${kwokVersion}`)
}

/** The folder of what kwok makes of nodes and pods: it does nothing without these files. */
export function cachedKwokStages(): string | undefined {
  return ifThere(join(kwokStagesFolder(), 'kustomize/stage'))
}

export function fluxFolder(controller: FluxController): string {
  return join(toolCache(), `flux-${controller}-${fluxControllers[controller]}`)
}

/** The folder of its CRDs. */
export function cachedFlux(controller: FluxController): string | undefined {
  return ifThere(join(fluxFolder(controller), 'config/crd/bases'))
}

export function sarifFolder(): string {
  return join(toolCache(), `go-sarif-${goSarifVersion}`)
}

/** The source that has the JSON Schema of SARIF as a string. */
export function cachedSarifSchema(): string | undefined {
  return ifThere(join(sarifFolder(), 'pkg/report/v210/sarif/schema.go'))
}

export function mermaidFolder(): string {
  return join(toolCache(), `mermaid-${mermaidVersion}`)
}

/** One file, for browsers. */
export function cachedMermaid(): string | undefined {
  return ifThere(join(mermaidFolder(), 'package/dist/mermaid.min.js'))
}

export function cachedKustomize(): string | undefined {
  return ifThere(join(kustomizeFolder(), 'kustomize'))
}

export function cachedHelm(): string | undefined {
  return ifThere(join(helmFolder(), 'helm'))
}

export function cachedMotoPython(): string | undefined {
  return cachedPython(motoFolder())
}

export function preCommitFolder(): string {
  return join(toolCache(), `pre-commit-${preCommitVersion}`)
}

export function cachedPreCommit(): string | undefined {
  const python = cachedPython(preCommitFolder())
  return python === undefined ? undefined : ifThere(join(preCommitFolder(), 'bin', 'pre-commit'))
}

/** The Python that has the package; undefined if the installation is not complete, or the Python that created it was removed. */
function cachedPython(folder: string): string | undefined {
  const python = join(folder, 'bin', 'python')
  return existsSync(join(folder, '.complete')) && existsSync(python) ? python : undefined
}

export function kubernetesFolder(): string {
  return goProgramFolder('kubernetes', kubernetesSource)
}

/** The folder of a program built from a Go module of this repository; its name depends on the sources. */
export function goProgramFolder(name: string, source: string): string {
  const hash = createHash('sha256')
  for (const file of ['go.mod', 'go.sum', 'main.go']) {
    const path = join(source, file)
    if (existsSync(path)) hash.update(readFileSync(path))
  }
  return join(toolCache(), `${name}-${hash.digest('hex').slice(0, 12)}`)
}

export function openTofuFolder(): string {
  return goProgramFolder('opentofu', openTofuSource)
}

export function cachedOpenTofu(): string | undefined {
  return ifThere(join(openTofuFolder(), 'tofu'))
}

/** One executable with all servers of a node; its first argument selects the server. */
export function cachedKubernetes(): string | undefined {
  return ifThere(join(kubernetesFolder(), 'kubernetes'))
}

export function ifThere(path: string): string | undefined {
  return existsSync(path) ? path : undefined
}

/** A folder with etcd, kube-apiserver and kube-controller-manager, where the machine has one: envtest's variable. */
export function controlPlaneAssets(): string | undefined {
  return process.env['KUBEBUILDER_ASSETS'] || undefined
}
