/** Nodes that kwok plays beside the real one. Their pods are Ready without containers, so that init does not run in them. */
import { join } from 'node:path'
import type { Test } from 'tap'
import { cachedKwokStages } from '../../scripts/tools/tool-cache.ts'
import { kwok } from '../programs/tools.ts'
import { startBeside } from './start-beside.ts'
import type { Cluster } from './use-node.ts'

const label = 'type=kwok'
const taint = 'kwok.x-k8s.io/node'

/** For the spec of a pod that runs on them. */
export const onFakeNodes = {
  nodeSelector: { type: 'kwok' },
  tolerations: [{ key: taint, operator: 'Exists' }],
} as const

/** How many pods one of them runs. */
export const podsOfFakeNode = 110

/** Where a configuration is given, there are no defaults for how many nodes, pods and Leases are worked on at a time. */
const options = {
  apiVersion: 'config.kwok.x-k8s.io/v1alpha1',
  kind: 'KwokConfiguration',
  options: { podPlayStageParallelism: 32, nodePlayStageParallelism: 4, nodeLeaseParallelism: 4 },
}

/** What happens to nodes and pods. */
const stages = [
  'node/fast/node-initialize',
  'node/heartbeat-with-lease/node-heartbeat-with-lease',
  'pod/fast/pod-ready',
  'pod/fast/pod-delete',
]

/** @returns the process of kwok. */
export async function startFakeNodes(t: Test, cluster: Cluster, count: number): Promise<number> {
  const { processId, log } = await startBeside(t, cluster, kwok().path ?? '', [
    '--manage-all-nodes=false',
    `--manage-nodes-with-label-selector=${label}`,
    `--config=${join(t.testdir({ 'kwok.json': JSON.stringify(options) }), 'kwok.json')}`,
    ...stages.map((stage) => `--config=${join(cachedKwokStages() ?? '', stage)}.yaml`),
    '--node-lease-duration-seconds=40',
    '--cidr=10.245.0.0/16',
    '--node-ip=10.98.0.9',
  ])
  const room = { cpu: '64', memory: '256Gi', pods: String(podsOfFakeNode) }
  const items = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `kwok-${index}`, labels: { type: 'kwok' } },
    spec: { taints: [{ key: taint, value: 'fake', effect: 'NoSchedule' }] },
    status: { allocatable: room, capacity: room },
  }))
  // The other tests of the run share the node, and must not find these. Without kwok, their pods are removed by no one.
  t.teardown(() => cluster.kubectl(['delete', 'nodes', '-l', label, '--wait=false']))
  await cluster.kubectl(['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await cluster
    .kubectl(['wait', '--for=condition=Ready', 'nodes', '-l', label, '--timeout=240s'])
    .catch((error: unknown) => Promise.reject(new Error(`${String(error)}\n${log()}`)))
  return processId
}
