/** What the servers of a node of our own, kwok and the creator take, and what the API server and the creator count. */
import { readFileSync } from 'node:fs'
import { readSamples, type Sample } from './metrics-text.ts'
import { processesOfNode, serverIn } from './node-process.ts'
import type { Cluster } from './use-node.ts'

type ProcessLoad = {
  /** A server, or the pod of a replica of the creator. */
  readonly name: string
  /** What it does now, of a replica. */
  readonly role?: string
  /** In seconds, since its start. */
  readonly processorTime: number
  /** In MB, with the pages of the executable. */
  readonly memory: number
  readonly peakMemory: number
}

export type ClusterLoad = {
  /** By name and start: one that starts again is another process, which counts from 0. */
  readonly processes: ReadonlyMap<string, ProcessLoad>
  /** All samples have the label `process`, a key of `processes`. */
  readonly apiServer: readonly Sample[]
  /** Of all replicas. */
  readonly creator: readonly Sample[]
}

export const creatorName = 'kees-creator'
const apiServerName = 'kube-apiserver'
const servers = ['etcd', apiServerName, 'kube-controller-manager', 'kube-scheduler']
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
  for (const name of servers) processes.set(...readProcess(name, serverIn(space, name) ?? 0))
  processes.set(...readProcess('kwok', kwok))

  const inKees = (...args: string[]) => cluster.kubectl(['-n', 'kees', ...args])
  const pods = await inKees('get', 'pods', '--no-headers', '-o', 'custom-columns=:metadata.name')
  const creator: Sample[] = []
  for (const pod of pods.trim().split('\n')) {
    const printed = await inKees('exec', pod, '--', '/usr/local/bin/node', '-e', inCreator)
    const { metrics, stat, status }: Record<'metrics' | 'stat' | 'status', string> = JSON.parse(printed)
    const samples = readSamples(metrics)
    const leads = samples.some(({ name, value }) => name === 'kees_creator_leading' && value === 1)
    const [key, load] = loadOf(pod, stat, status)
    processes.set(key, { ...load, role: leads ? 'the leader' : 'the other replica' })
    creator.push(...ofProcess(key, samples))
  }
  const metrics = readSamples(await cluster.kubectl(['get', '--raw=/metrics']))
  const [apiServer] = readProcess(apiServerName, serverIn(space, apiServerName) ?? 0)
  return { processes, apiServer: ofProcess(apiServer, metrics), creator }
}

function ofProcess(process: string, samples: readonly Sample[]): readonly Sample[] {
  return samples.map((one) => ({ ...one, labels: { ...one.labels, process } }))
}

type Entry = readonly [key: string, load: ProcessLoad]

function readProcess(name: string, id: number): Entry {
  return loadOf(name, readFileSync(`/proc/${id}/stat`, 'utf8'), readFileSync(`/proc/${id}/status`, 'utf8'))
}

/** From the files `stat` and `status` of a process. */
function loadOf(name: string, stat: string, status: string): Entry {
  // From the third field on: the second one may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const start = fields[19]
  const megabytes = (field: string) =>
    Math.round(Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1000)
  const processorTime = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  return [
    `${name}, started at ${start}`,
    { name, processorTime, memory: megabytes('VmRSS'), peakMemory: megabytes('VmHWM') },
  ]
}
