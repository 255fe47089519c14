/**
 * Everything in a cluster that may declare parameters: pods, what makes them, what they may be rolled back to, ConfigMaps, and all resources that
 * are not of Kubernetes itself, because any operator may make pods. Nothing is left out for being scaled to zero, suspended or old.
 */
import { mapOf } from '../../api/json.ts'
import type { Failure } from '../../runtime/failure.ts'
import { mapConcurrent } from '../../runtime/scheduling/map-concurrent.ts'
import { itemsIn, noList } from './items-in.ts'
import { parseAnswer } from './parse-answer.ts'
import type { Cluster } from './read-cluster.ts'
import { callsAtOnce, named, type Resource, resourcesOfOthers } from './resources-of-others.ts'
import { failureIn } from '../../runtime/failure.ts'

type ListedWorkloads = {
  /** What could not be listed, by the names of resources or groups. One such makes the list misleading. */
  readonly failures: readonly { readonly name: string; readonly failure: Failure }[]
  /** Those of `skipped` that the cluster has. */
  readonly skipped: readonly string[]
}

/** ReplicaSets and ControllerRevisions are the earlier revisions. */
const ofKubernetes: readonly Resource[] = [
  ...named('/api/v1', '', ['pods', 'podtemplates', 'replicationcontrollers', 'configmaps']),
  ...named('/apis/apps/v1', 'apps', [
    'deployments',
    'statefulsets',
    'daemonsets',
    'replicasets',
    'controllerrevisions',
  ]),
  ...named('/apis/batch/v1', 'batch', ['jobs', 'cronjobs']),
]

/** Where these have their pod templates; the others have none, or have their kind. */
const templates: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ['pods', []],
  ['podtemplates', ['template']],
  ['controllerrevisions.apps', ['data', 'spec', 'template']],
  ['cronjobs.batch', ['spec', 'jobTemplate', 'spec', 'template']],
  ...[
    'replicationcontrollers',
    'deployments.apps',
    'statefulsets.apps',
    'daemonsets.apps',
    'replicasets.apps',
    'jobs.batch',
  ].map((name) => [name, ['spec', 'template']] as const),
])

const pageSize = 250
/** 2,500,000 objects; a server may answer without an end. */
const mostPages = 10_000

/**
 * Calls `use` for every object, with the path of its pod template, because an object of Kubernetes lacks its kind. Rejects with a Failure where the cluster does not answer at all.
 *
 * @param skipped names of resources or groups that are not read.
 */
export async function listWorkloads(
  cluster: Cluster,
  skipped: ReadonlySet<string>,
  use: (object: unknown, template: readonly string[] | undefined) => void,
): Promise<ListedWorkloads> {
  const { resources: ofOthers, failures, groups } = await resourcesOfOthers(cluster, skipped)
  const resources = [...ofKubernetes, ...ofOthers]
  const present = [...resources.map(({ name }) => name), ...groups]
  const read = resources.filter(({ name }) => !skipped.has(name))
  const listed = await mapConcurrent(read, callsAtOnce, async ({ name, path }) => ({
    name,
    failure: await failureIn(() => listAll(cluster, path, (object) => use(object, templates.get(name)))),
  }))
  return {
    failures: [...failures, ...listed].flatMap(({ name, failure }) => (failure ? [{ name, failure }] : [])),
    skipped: present.filter((name) => skipped.has(name)),
  }
}

async function listAll(cluster: Cluster, path: string, use: (object: unknown) => void): Promise<void> {
  let token = ''
  for (let page = 0; page < mostPages; page++) {
    const query = token === '' ? '' : `&continue=${encodeURIComponent(token)}`
    const answer = mapOf(parseAnswer(await cluster('--raw', `${path}?limit=${pageSize}${query}`)))
    for (const object of itemsIn(answer, 'items', path)) use(object)
    const { continue: next } = mapOf(answer['metadata'])
    if (typeof next !== 'string' || next === '') return
    token = next
  }
  throw noList(path)
}
