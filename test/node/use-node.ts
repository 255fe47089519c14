/** What test files use of a node. */
import { join } from 'node:path'
import type { Test } from 'tap'
import { nodeMissing } from '../../scripts/tools/node-missing.ts'
import { runQuietly } from '../../scripts/run-quietly.ts'
import { containersMissing } from '../packaging/container-engine.ts'
import { root } from '../programs/programs.ts'
import { runBeside } from '../programs/run-beside.ts'
import { kubectl } from '../programs/tools.ts'
import { type ClusterApi, openClusterApi } from './cluster-api.ts'
import { forwardFrom } from './forwarding.ts'
import { namedNode, sharedNode, startNodeSession } from './node-session.ts'
import { removeIfPassed } from './remove-if-passed.ts'
import type { NodeAccess } from './start-node.ts'

/** For tap's `skip`. */
export const nodeTestsMissing: string | false =
  nodeOf(namedNode()) || containersMissing || kubectl().missing || false

function nodeOf(named: NodeAccess | undefined): string | undefined {
  if (named === undefined) return nodeMissing()
  if (named.load.length === 0) return 'needs KEES_NODE_LOAD beside KEES_NODE'
  return named.host === '' ? 'needs KEES_NODE_HOST beside KEES_NODE' : undefined
}

export type Cluster = ClusterApi & {
  readonly kubeconfig: string
  /** The folder of a node of our own. */
  readonly home: string | undefined
  /** Of a node of our own: what runs a command in its network. */
  readonly enter: readonly string[]
  /** Runs kubectl, while servers in this process go on answering. @returns what it prints. Throws where it fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>
  /** Makes a namespace of a name of its own, which goes with the test if that passes. */
  readonly makeNamespace: (name: string, labels?: Readonly<Record<string, string>>) => Promise<string>
  /** Loads an archive of images, as `docker save` writes one. */
  readonly load: (archive: string) => Promise<void>
  /** @param endpoint of a server on loopback. @returns the address at which pods reach it. */
  readonly expose: (endpoint: string) => Promise<string>
}

/** So many has this process made: one that is being deleted keeps its name for a while. */
let namespaces = 0

export async function useNode(t: Test): Promise<Cluster> {
  const shared = await sharedNode()
  return shared === undefined ? useOwnNode(t) : clusterOf(t, shared)
}

/** A node for this test alone. @param programs folders with other versions of what it runs, such as containerd. */
export async function useOwnNode(t: Test, programs: readonly string[] = []): Promise<Cluster> {
  const { access, stop } = await startNodeSession(programs)
  t.teardown(() => stop(t.passing() ? undefined : join(root, '.tap', 'node-logs', String(process.pid))))
  return clusterOf(t, access)
}

function clusterOf(t: Test, { kubeconfig, enter, host, load, home }: NodeAccess): Cluster {
  const run = async (args: readonly string[], input = '') => {
    const ended = await runBeside('kubectl', [`--kubeconfig=${kubeconfig}`, ...args], {
      input,
      timeout: 300_000,
    })
    if (ended.status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${ended.stderr}`)
    return ended.stdout
  }
  const api = openClusterApi(kubeconfig)
  return {
    ...api,
    kubeconfig,
    home,
    enter,
    kubectl: run,
    makeNamespace: async (name, labels = {}) => {
      const metadata = { name: `${name}-${process.pid}-${++namespaces}`, labels }
      await api.create(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }))
      removeIfPassed(t, () => api.removeNamespace(metadata.name))
      return metadata.name
    },
    load: async (archive) => {
      const [command = '', ...args] = load
      await runQuietly(command, [...args, archive])
    },
    expose: async (endpoint) => {
      const forwarding = await forwardFrom(enter, host, Number(new URL(endpoint).port))
      t.teardown(forwarding.close)
      return `http://${host}:${forwarding.port}`
    },
  }
}
