/** Where the known kinds of workloads have their pod templates. */
import type { ObjectReference } from '../krm/result.ts'

export type PodTemplateKind = {
  readonly kind: string
  /** The whole apiVersion, or a group of which every version counts. */
  readonly apiVersion?: string
  readonly group?: string
  /** Keys, with `*` for every item of a list; empty for a Pod, whose own metadata is the template's. */
  readonly path: readonly string[]
}

const template = ['spec', 'template'] as const
const nested = (key: string) => [...template, key, ...template]

/** A kind with several paths is listed once for each. */
const builtIn: readonly PodTemplateKind[] = [
  { group: '', kind: 'Pod', path: [] },
  { group: '', kind: 'PodTemplate', path: ['template'] },
  { group: '', kind: 'ReplicationController', path: template },
  { group: 'apps', kind: 'Deployment', path: template },
  { group: 'apps', kind: 'StatefulSet', path: template },
  { group: 'apps', kind: 'DaemonSet', path: template },
  { group: 'apps', kind: 'ReplicaSet', path: template },
  { group: 'batch', kind: 'Job', path: template },
  { group: 'batch', kind: 'CronJob', path: ['spec', 'jobTemplate', 'spec', 'template'] },
  { group: 'argoproj.io', kind: 'Rollout', path: template },
  { group: 'serving.knative.dev', kind: 'Service', path: template },
  { group: 'apps.openshift.io', kind: 'DeploymentConfig', path: template },
  {
    group: 'jobset.x-k8s.io',
    kind: 'JobSet',
    path: ['spec', 'replicatedJobs', '*', 'template', 'spec', 'template'],
  },
  // https://openkruise.io/docs/user-manuals/cloneset
  { group: 'apps.kruise.io', kind: 'CloneSet', path: template },
  { group: 'apps.kruise.io', kind: 'StatefulSet', path: template },
  { group: 'apps.kruise.io', kind: 'DaemonSet', path: template },
  { group: 'apps.kruise.io', kind: 'BroadcastJob', path: template },
  { group: 'apps.kruise.io', kind: 'AdvancedCronJob', path: nested('jobTemplate') },
  { group: 'apps.kruise.io', kind: 'AdvancedCronJob', path: nested('broadcastJobTemplate') },
  { group: 'apps.kruise.io', kind: 'UnitedDeployment', path: nested('statefulSetTemplate') },
  { group: 'apps.kruise.io', kind: 'UnitedDeployment', path: nested('advancedStatefulSetTemplate') },
  { group: 'apps.kruise.io', kind: 'UnitedDeployment', path: nested('cloneSetTemplate') },
  { group: 'apps.kruise.io', kind: 'UnitedDeployment', path: nested('deploymentTemplate') },
]

/** The paths of an object's pod templates; empty for a kind that is not known. @param configured wins over what is built in. */
export function templatePaths(
  { apiVersion, kind }: ObjectReference,
  configured: readonly PodTemplateKind[],
): readonly (readonly string[])[] {
  if (apiVersion === '') return []
  const group = groupOf(apiVersion)
  const isIt = (one: PodTemplateKind) =>
    one.kind === kind && (one.apiVersion ?? apiVersion) === apiVersion && (one.group ?? group) === group
  const own = configured.find(isIt)
  return own ? [own.path] : builtIn.filter(isIt).map(({ path }) => path)
}

/**
 * The versions of each group in which its project has these kinds. Kubernetes serves no other since 1.25, and the releases of the other projects
 * none that they withdrew, such as v1beta1 of Knative. A version that is not listed here is a warning, not an error, because a project may
 * publish one after this list, and option podTemplates silences it.
 */
const versions: ReadonlyMap<string, readonly string[]> = new Map([
  ['', ['v1']],
  ['apps', ['apps/v1']],
  ['batch', ['batch/v1']],
  ['argoproj.io', ['argoproj.io/v1alpha1']],
  ['serving.knative.dev', ['serving.knative.dev/v1']],
  ['apps.openshift.io', ['apps.openshift.io/v1']],
  ['jobset.x-k8s.io', ['jobset.x-k8s.io/v1alpha2']],
  ['apps.kruise.io', ['apps.kruise.io/v1beta1', 'apps.kruise.io/v1alpha1']],
])

type RightVersions = {
  readonly versions: readonly string[]
  /** Whether it is a group of others, of which a later version may exist. */
  readonly mayBeMore: boolean
}

/** What the apiVersion of a known kind must be, one of these; undefined where it is right or configured. */
export function rightVersions(
  { apiVersion, kind }: ObjectReference,
  configured: readonly PodTemplateKind[],
): RightVersions | undefined {
  const group = groupOf(apiVersion)
  const right = versions.get(group)
  if (right === undefined || right.includes(apiVersion)) return undefined
  if (!builtIn.some((one) => one.kind === kind && one.group === group)) return undefined
  if (configured.some((one) => one.kind === kind && one.apiVersion === apiVersion)) return undefined
  return { versions: right, mayBeMore: isOfOthers(group) }
}

function isOfOthers(group: string): boolean {
  return group.includes('.')
}

/** What the apiVersion of a known kind may be, such as `apps/v1` for `Deployment`; of groups of others, the group. */
export function apiVersionsOfKind(kind: string): readonly string[] {
  const groups = builtIn.flatMap((one) => (one.kind === kind && one.group !== undefined ? [one.group] : []))
  return [...new Set(groups)].flatMap((group) => (isOfOthers(group) ? group : (versions.get(group) ?? [])))
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : ''
}
