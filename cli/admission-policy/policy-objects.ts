/**
 * The ValidatingAdmissionPolicies of a StoragePolicy: the one on pods enforces it; the one on workloads reports errors
 * to the author of the workload, where they would otherwise be only in the Events of a ReplicaSet that creates no pods.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
import { lineOf } from '../../api/diagnostic.ts'
import type { StoragePolicy } from '../../api/storage-policy.ts'
import type { InjectConfig } from '../../functions/inject-init/inject-config.ts'
import { runInjectInit } from '../../functions/workload/require-injected.ts'
import type { Value } from '../../functions/yaml/value.ts'
import { allowedPrefixes, annotationsAt, celList, celString, isDynamicValue, keysOf } from './cel.ts'

export const actions = ['Deny', 'Warn', 'Audit'] as const
export type Action = (typeof actions)[number]

type AdmissionConfig = {
  /** The prefix of the names of the objects. */
  readonly name: string
  /** Of the init container; several while pods of the old and the new one run. */
  readonly images: readonly string[]
  readonly actions: readonly Action[]
  readonly inject: Pick<
    InjectConfig,
    'annotationDomain' | 'containerName' | 'secretVolumeName' | 'secretMountPath' | 'medium'
  >
}

type Rule = { readonly apiGroups: readonly string[]; readonly resources: readonly string[] }

const workloads: readonly Rule[] = [
  { apiGroups: ['apps'], resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'] },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'] },
  { apiGroups: [''], resources: ['replicationcontrollers'] },
]

export function policyObjects(policy: StoragePolicy, config: AdmissionConfig): Value[] {
  return [
    ...policyWithBinding(`${config.name}-pods`, [{ apiGroups: [''], resources: ['pods'] }], policy, config, {
      templateOf: (object) => object,
      // Controllers still change labels, finalizers and annotations of pods that are older than the policy.
      changed: 'variables.template.spec != variables.oldTemplate.spec',
      more: [unchanged],
    }),
    ...policyWithBinding(`${config.name}-workloads`, workloads, policy, config, {
      // Not typed: the kinds have their pod templates in different places.
      templateOf: (object) =>
        `request.kind.kind == 'CronJob' ? dyn(${object}).spec.jobTemplate.spec.template : dyn(${object}).spec.template`,
      changed: 'variables.template != variables.oldTemplate',
      more: [],
    }),
  ]
}

type Target = {
  /** The path of the pod template in the object. */
  readonly templateOf: (object: string) => string
  /** Whether an update changes a field that is validated. */
  readonly changed: string
  readonly more: readonly Validation[]
}

type Named = { readonly name: string; readonly expression: string }
type Validation = {
  readonly expression: string
  readonly message?: string
  readonly messageExpression?: string
}

function policyWithBinding(
  name: string,
  rules: readonly Rule[],
  policy: StoragePolicy,
  config: AdmissionConfig,
  target: Target,
): Value[] {
  const apiVersion = 'admissionregistration.k8s.io/v1'
  return [
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: rules.map((rule) => ({
            ...rule,
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE'],
          })),
        },
        variables: variables(policy, config, target),
        validations: [...validations(config), ...target.more],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: [...config.actions] },
    },
  ]
}

const declarations = ['secret', 'resource', 'lease']

/** They are evaluated where they are used: those of the old object not on creation. */
function variables(
  policy: StoragePolicy,
  { inject }: AdmissionConfig,
  { templateOf, changed }: Target,
): Named[] {
  const { annotationDomain: domain } = inject
  const prefix = celString(`init.${domain}/storage-prefix`)
  const named: Readonly<Record<string, string>> = {
    template: templateOf('object'),
    oldTemplate: templateOf('oldObject'),
    annotations: annotationsAt('variables.template'),
    oldAnnotations: annotationsAt('variables.oldTemplate'),
    declared: keysOf('variables.annotations', declarations, domain),
    ours: keysOf('variables.annotations', [...declarations, 'init'], domain),
    oldOurs: keysOf('variables.oldAnnotations', [...declarations, 'init'], domain),
    judged: `size(variables.declared) > 0 && (oldObject == null || ${changed})`,
    dynamic: `variables.declared.exists(key, variables.annotations[key].${isDynamicValue})`,
    prefix: `${prefix} in variables.annotations ? variables.annotations[${prefix}] : "/"`,
    allowedPrefixes: allowedPrefixes(policy),
  }
  return Object.entries(named).map(([name, expression]) => ({ name, expression }))
}

function validations({ images, inject }: AdmissionConfig): Validation[] {
  const { containerName, secretVolumeName, secretMountPath, medium } = inject
  const spec = 'variables.template.spec'
  const container = [
    `container.name == ${celString(containerName)}`,
    `container.image in ${celList(images)}`,
    'has(container.volumeMounts)',
    `container.volumeMounts.exists(mount, mount.name == ${celString(secretVolumeName)} && mount.mountPath == ${celString(secretMountPath)})`,
  ].join(' &&\n  ')
  const volume = `has(volume.emptyDir) && has(volume.emptyDir.medium) && volume.emptyDir.medium == 'Memory'`
  const validationsOfAll: Validation[] = [
    {
      expression:
        '!variables.judged ||\n' +
        `has(${spec}.initContainers) && ${spec}.initContainers.exists(container,\n  ${container})`,
      message: lineOf({
        message: `secrets are declared, but no init container ${containerName} with the image ${images.join(' or ')} writes them`,
        hint: runInjectInit,
      }),
    },
    {
      expression:
        '!variables.judged || !variables.dynamic ||\n' +
        'variables.allowedPrefixes.exists(allowed,\n' +
        `  ((variables.prefix.startsWith('/') ? '' : '/') + variables.prefix + '/').startsWith(allowed + '/'))`,
      messageExpression:
        `'the storage-prefix of pods with DYNAMIC secrets in ' + request.namespace + ' must be below ' +\n` +
        `(size(variables.allowedPrefixes) == 0 ? 'no prefix at all' : variables.allowedPrefixes.join(', '))`,
      message: 'the storage-prefix is not one that the StoragePolicy allows in this namespace',
    },
  ]
  if (medium !== 'Memory') return validationsOfAll
  return [
    ...validationsOfAll,
    {
      expression:
        '!variables.judged ||\n' +
        `has(${spec}.volumes) && ${spec}.volumes.exists(volume,\n` +
        `  volume.name == ${celString(secretVolumeName)} && ${volume})`,
      message: `secrets are declared, but the volume ${secretVolumeName} does not hold them in memory`,
    },
  ]
}

/** The creator acts on the annotations of running pods, which everyone with permission to patch pods could change. */
const unchanged: Validation = {
  expression:
    'oldObject == null ||\n' +
    'variables.ours.all(key, key in variables.oldAnnotations && variables.oldAnnotations[key] == variables.annotations[key]) &&\n' +
    'variables.oldOurs.all(key, key in variables.annotations)',
  message: lineOf({
    message: 'the declarations of a pod cannot be changed',
    hint: 'change the pod template of its workload',
  }),
}
