/**
 * Everything in a cluster that may declare parameters: pods, what makes them, and what they may be rolled back to. Nothing is left out for being
 * scaled to zero, suspended or old.
 */
import { listOf, mapOf } from '../../api/json.ts'
import { parseAnswer } from './parse-answer.ts'
import type { Cluster } from './read-cluster.ts'

/** One list each: each is as large as it is. ReplicaSets and ControllerRevisions are the earlier revisions. */
const builtIn = [
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'controllerrevisions.apps',
  'jobs.batch',
  'cronjobs.batch',
]

/** Of other projects, where the cluster has them. */
const ofOthers: ReadonlyMap<string, readonly string[]> = new Map([
  ['argoproj.io', ['rollouts']],
  ['serving.knative.dev', ['services', 'configurations', 'revisions']],
  ['apps.openshift.io', ['deploymentconfigs']],
  ['jobset.x-k8s.io', ['jobsets']],
  [
    'apps.kruise.io',
    ['clonesets', 'statefulsets', 'daemonsets', 'broadcastjobs', 'advancedcronjobs', 'uniteddeployments'],
  ],
])

/** @returns every object of every kind. Rejects with a Failure if one list cannot be read: a part would be misleading. */
export async function listWorkloads(cluster: Cluster): Promise<readonly unknown[]> {
  const objects: unknown[] = []
  for (const resource of [...builtIn, ...(await servedOfOthers(cluster))]) {
    const answer = parseAnswer(await cluster(resource, '-A', '-o', 'json'))
    for (const object of listOf(mapOf(answer)['items'])) objects.push(object)
  }
  return objects
}

async function servedOfOthers(cluster: Cluster): Promise<string[]> {
  const groups = listOf(mapOf(parseAnswer(await cluster('--raw', '/apis')))['groups']).map(mapOf)
  const served: string[] = []
  for (const { name, preferredVersion } of groups) {
    const resources = typeof name === 'string' ? ofOthers.get(name) : undefined
    const { groupVersion } = mapOf(preferredVersion)
    if (!resources || typeof groupVersion !== 'string') continue
    const list = parseAnswer(await cluster('--raw', `/apis/${groupVersion}`))
    const names = listOf(mapOf(list)['resources']).map((one) => mapOf(one)['name'])
    served.push(...resources.filter((one) => names.includes(one)).map((one) => `${one}.${String(name)}`))
  }
  return served
}
