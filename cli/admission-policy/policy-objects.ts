/**
 * The ValidatingAdmissionPolicies of a StoragePolicy: the one on pods enforces it; the one on workloads reports errors
 * to the author of the workload, where they would otherwise be only in the Events of a ReplicaSet that creates no pods; the
 * one on bindings covers the way by which a pod gets annotations without an update of the pod.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import { lineOf } from '../../api/diagnostic.ts'
import type { StoragePolicy } from '../../api/storage/storage-policy.ts'
import type { Value } from '../../functions/yaml/value.ts'
import { annotationsAt, keysOf } from './cel.ts'
import { mutatingPolicy } from './mutating-policy.ts'
import {
  declarationWords,
  type Named,
  type PodShape,
  podValidations,
  podVariables,
  templateValidations,
  type Validation,
} from './pod-validations.ts'

export const actions = ['Deny', 'Warn', 'Audit'] as const
export type Action = (typeof actions)[number]

type AdmissionConfig = PodShape & {
  /** The prefix of the names of the objects. */
  readonly name: string
  readonly actions: readonly Action[]
}

type Rule = {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly operations?: readonly string[]
}

/** The subresources are those whose updates are of the whole pod. */
const pods: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods', 'pods/status', 'pods/ephemeralcontainers', 'pods/resize'] },
]

const bindings: readonly Rule[] = [
  { apiGroups: [''], resources: ['pods/binding', 'bindings'], operations: ['CREATE'] },
]

const workloads: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'] },
  { apiGroups: [''], resources: ['replicationcontrollers', 'podtemplates'] },
]

type Spec = { readonly variables: readonly Named[]; readonly validations: readonly Validation[] }

export function policyObjects(policy: StoragePolicy, config: AdmissionConfig): Value[] {
  return [
    ...(config.injects ? mutatingPolicy(config.name, config.injects) : []),
    ...policyWithBinding(config, 'pods', pods, {
      variables: podVariables(policy, config, {
        templateOf: (object) => object,
        // Controllers still change labels, finalizers and annotations of pods that are older than the policy.
        changed: 'variables.template.spec != variables.oldTemplate.spec',
      }),
      validations: [...podValidations(config), unchanged],
    }),
    ...policyWithBinding(config, 'workloads', workloads, {
      variables: podVariables(policy, config, {
        templateOf: (object) => templateIn(`dyn(${object})`),
        changed: 'variables.template != variables.oldTemplate',
      }),
      validations: templateValidations(config),
    }),
    ...policyWithBinding(config, 'bindings', bindings, {
      variables: [
        { name: 'annotations', expression: annotationsAt('object') },
        {
          name: 'ours',
          expression: keysOf(
            'variables.annotations',
            [...declarationWords, 'init'],
            config.inject.annotationDomain,
          ),
        },
      ],
      validations: [{ expression: 'size(variables.ours) == 0', message: cannotChange }],
    }),
  ]
}

/** Not typed: the kinds have their pod templates in different places. */
function templateIn(object: string): string {
  return (
    `request.kind.kind == 'CronJob' ? ${object}.spec.jobTemplate.spec.template : ` +
    `request.kind.kind == 'PodTemplate' ? ${object}.template : ${object}.spec.template`
  )
}

function policyWithBinding(
  { name: prefix, actions: validationActions }: AdmissionConfig,
  of: string,
  rules: readonly Rule[],
  { variables, validations }: Spec,
): Value[] {
  const name = `${prefix}-${of}`
  const apiVersion = 'admissionregistration.k8s.io/v1'
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: rules.map(({ apiGroups, resources, operations = ['CREATE', 'UPDATE'] }) => ({
            apiGroups,
            resources,
            apiVersions: ['*'],
            operations,
          })),
        },
        variables,
        validations,
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: [...validationActions] },
    },
  ]
}

const cannotChange = lineOf({
  message: 'the declarations of a pod cannot be changed',
  hint: 'change the pod template of its workload',
})

/** The creator acts on the annotations of running pods, which everyone with permission to patch pods could change. */
const unchanged: Validation = {
  expression:
    'oldObject == null ||\n' +
    'variables.ours.all(key, key in variables.oldAnnotations && variables.oldAnnotations[key] == variables.annotations[key]) &&\n' +
    'variables.oldOurs.all(key, key in variables.annotations)',
  message: cannotChange,
}
