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

/** The groups whose kind of this name is known, such as `apps` for `Deployment`; the core group is empty. */
export function groupsOfKind(kind: string): readonly string[] {
  const groups = builtIn.flatMap((one) => (one.kind === kind && one.group !== undefined ? [one.group] : []))
  return [...new Set(groups)]
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.replace(/\/.*/, '') : ''
}
