/** The resources of a cluster that are not of Kubernetes itself: of custom resource definitions, and of API servers beside that of Kubernetes. */
import { listOf, mapOf } from '../../api/json.ts'
import type { Failure } from '../../runtime/failure.ts'
import { mapConcurrent } from '../../runtime/scheduling/map-concurrent.ts'
import { itemsIn } from './items-in.ts'
import { parseAnswer } from './parse-answer.ts'
import type { Cluster } from './read-cluster.ts'
import { failureIn } from '../../runtime/failure.ts'

/** As a person names it, such as `rollouts.argoproj.io`, and the path of its list. */
export type Resource = { readonly name: string; readonly path: string }

/** Groups of Kubernetes itself that have no other pod templates, and those of metrics, which no object is stored in. */
const withoutTemplates: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'authentication.k8s.io',
  'authorization.k8s.io',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'custom.metrics.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'external.metrics.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'internal.apiserver.k8s.io',
  'metrics.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'storagemigration.k8s.io',
])

/** Each call is a process. */
export const callsAtOnce = 4

type Others = {
  readonly resources: readonly Resource[]
  /** By the names of groups. */
  readonly failures: readonly { readonly name: string; readonly failure: Failure }[]
  /** Those that are left out as a whole. */
  readonly groups: readonly string[]
}

/** Rejects with a Failure where the cluster does not answer at all. @param skipped names of groups that are not read. */
export async function resourcesOfOthers(cluster: Cluster, skipped: ReadonlySet<string>): Promise<Others> {
  const path = '/apis'
  const all = itemsIn(mapOf(parseAnswer(await cluster('--raw', path))), 'groups', path)
    .map(mapOf)
    .map(({ name, preferredVersion, versions }) => ({
      name: String(name),
      // One version of an object is enough. A resource may have another than the preferred one.
      versions: [mapOf(preferredVersion), ...listOf(versions).map(mapOf)].map(({ groupVersion }) =>
        String(groupVersion),
      ),
    }))
    .filter(({ name }) => !withoutTemplates.has(name))
  const groups = all.filter(({ name }) => !skipped.has(name))
  const found = await mapConcurrent(groups, callsAtOnce, async ({ name, versions }) => {
    const resources = new Map<string, Resource>()
    const failure = await failureIn(async () => {
      for (const version of new Set(versions))
        for (const one of await listableIn(cluster, name, version))
          if (!resources.has(one.name)) resources.set(one.name, one)
    })
    return { name, resources: [...resources.values()], failure }
  })
  return {
    resources: found.flatMap(({ resources }) => resources),
    failures: found.flatMap(({ name, failure }) => (failure ? [{ name, failure }] : [])),
    groups: all.filter(({ name }) => skipped.has(name)).map(({ name }) => name),
  }
}

async function listableIn(cluster: Cluster, group: string, version: string): Promise<Resource[]> {
  const path = `/apis/${version}`
  const answer = mapOf(parseAnswer(await cluster('--raw', path)))
  const names = itemsIn(answer, 'resources', path)
    .map(mapOf)
    .filter(({ verbs }) => listOf(verbs).includes('list'))
    .map(({ name }) => String(name))
  return named(path, group, names)
}

export function named(path: string, group: string, resources: readonly string[]): Resource[] {
  return resources.map((one) => ({
    name: group === '' ? one : `${one}.${group}`,
    path: `${path}/${one}`,
  }))
}
