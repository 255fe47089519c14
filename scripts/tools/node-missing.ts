/** What a machine lacks to run a Kubernetes node (test/node). */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { findCommand } from './installed.ts'
import { controlPlaneAssets } from './tool-cache.ts'

/** The folder of the CNI plugins, as Debian and others install them. */
export function cniPlugins(): string | undefined {
  return ['/usr/lib/cni', '/opt/cni/bin'].find((folder) => existsSync(`${folder}/bridge`))
}

/** Programs that fetch-tools.ts does not install. */
const commands = ['go', 'kubectl', 'bash', 'unshare', 'nsenter', 'ip', 'tar'] as const

/** Debian packages, whether each is installed, and how the reason of a skipped test names it. */
const packaged: readonly {
  readonly name: string
  readonly isThere: () => boolean
  readonly need: string
}[] = [
  ...(['containerd', 'runc', 'iptables'] as const).map((name) => ({
    name,
    isThere: () => findCommand(name) !== undefined,
    need: `the command ${name}`,
  })),
  {
    name: 'containernetworking-plugins',
    isThere: () => cniPlugins() !== undefined,
    need: 'the plugin bridge of CNI',
  },
  { name: 'busybox-static', isThere: hasStaticBusybox, need: 'a busybox that is statically linked' },
]

/** The Debian packages that a node needs and the machine lacks. */
export function missingPackages(): readonly string[] {
  return packaged.flatMap(({ name, isThere }) => (isThere() ? [] : [name]))
}

/** For tap's `skip`; in the form that `.ci/run` checks. Undefined where a node can be started. */
export function nodeMissing(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux for a node of Kubernetes'
  if (process.getuid?.() !== 0) return 'needs root for a node of Kubernetes'
  const command = commands.find((name) => findCommand(name) === undefined)
  if (command !== undefined) return `needs the command ${command}`
  if (!hasNamespaces()) return 'needs network, mount and process namespaces for a node of Kubernetes'
  if (controlPlaneAssets() !== undefined) return 'needs KUBEBUILDER_ASSETS unset for a node of Kubernetes'
  const need = packaged.find(({ isThere }) => !isThere())?.need
  return need === undefined ? undefined : `needs ${need}`
}

function hasNamespaces(): boolean {
  return spawnSync('unshare', ['--net', '--mount', '--pid', '--ipc', '--fork', 'true']).status === 0
}

/** A dynamically linked program has the path of its loader near its start. */
function hasStaticBusybox(): boolean {
  const program = findCommand('busybox')
  return program !== undefined && !readFileSync(program).subarray(0, 4096).includes('/ld-')
}
