/** What the servers of a node of our own, kwok and the creator take, and what the API server and the creator count. */
import { readFileSync } from 'node:fs'
import { readSamples, type Sample } from './metrics-text.ts'
import { processesOfNode, serverIn } from './node-process.ts'
import type { Cluster } from './use-node.ts'

type ProcessLoad = {
  /** In seconds, since its start. */
  readonly processorTime: number
  /** In MB, with the pages of the executable. */
  readonly memory: number
  readonly peakMemory: number
}

export type ClusterLoad = {
  readonly processes: ReadonlyMap<string, ProcessLoad>
  readonly apiServer: readonly Sample[]
  /** Of all replicas. */
  readonly creator: readonly Sample[]
}

const servers = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
const ticksPerSecond = 100

const inCreator = `
  const { readFileSync } = require('node:fs')
  const read = (name) => readFileSync('/proc/1/' + name, 'utf8')
  fetch('http://127.0.0.1:8080/metrics')
    .then((answer) => answer.text())
    .then((metrics) => process.stdout.write(JSON.stringify({ metrics, stat: read('stat'), status: read('status') })))`

/** @param kwok its process. */
export async function measureLoad(cluster: Cluster, kwok: number): Promise<ClusterLoad> {
  const { space } = processesOfNode(cluster.home ?? '')
  const processes = new Map<string, ProcessLoad>()
  for (const name of servers) processes.set(name, loadOfProcess(serverIn(space, name) ?? 0))
  processes.set('kwok', loadOfProcess(kwok))

  const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
  const pods = await inKees('get', 'pods', '--no-headers', '-o', 'custom-columns=:metadata.name')
  const creator: Sample[] = []
  for (const pod of pods.trim().split('\n')) {
    const printed = await inKees('exec', pod, '--', '/usr/local/bin/node', '-e', inCreator)
    const { metrics, stat, status }: Record<'metrics' | 'stat' | 'status', string> = JSON.parse(printed)
    const samples = readSamples(metrics)
    const leads = samples.some(({ name, value }) => name === 'kees_creator_leading' && value === 1)
    processes.set(leads ? 'creator, the leader' : 'creator, the other replica', loadOf(stat, status))
    creator.push(...samples)
  }
  return { processes, apiServer: readSamples(await cluster.kubectl(['get', '--raw=/metrics'])), creator }
}

function loadOfProcess(id: number): ProcessLoad {
  return loadOf(readFileSync(`/proc/${id}/stat`, 'utf8'), readFileSync(`/proc/${id}/status`, 'utf8'))
}

/** From the files `stat` and `status` of a process. */
function loadOf(stat: string, status: string): ProcessLoad {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1000)
  return {
    processorTime: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    memory: megabytes('VmRSS'),
    peakMemory: megabytes('VmHWM'),
  }
}
