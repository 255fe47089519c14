/**
 * The MutatingAdmissionPolicy that injects pods in the API server, before its mutating webhooks.
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
import type { InjectConfig } from '../../functions/inject-init/options/inject-config.ts'
import type { Value } from '../../functions/yaml/value.ts'
import { annotationsAt, celString, keysOf } from './cel.ts'
import { additions } from './injection-cel.ts'
import { declaredVariables, injectingVariables, namedVariables } from './pod-validations.ts'

const apiVersion = 'admissionregistration.k8s.io/v1'

/** @param prefix of the names of the objects. */
export function mutatingPolicy(prefix: string, config: InjectConfig): Value[] {
  const name = `${prefix}-inject`
  const { annotationDomain: domain, containerName } = config
  const declared = keysOf(`(${annotationsAt('object')})`, ['secret', 'resource', 'compose'], domain)
  const variables = {
    template: 'object',
    ...declaredVariables(domain),
    ...injectingVariables(config),
    // Of one pod all is added, or nothing.
    additions: `!variables.bounded || size(variables.problems) > 0 ? [] :\n${additions(config)}`,
  }
  const add = 'JSONPatch{op: "add", path: string(one.path), value: one.value}'
  return [
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        // A container that a webhook adds afterwards gets no mount.
        reinvocationPolicy: 'Never',
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
          ],
        },
        matchConditions: [
          { name: 'declares', expression: `size(${declared}) > 0` },
          {
            name: 'is-not-injected',
            expression:
              '!has(object.spec.initContainers) || ' +
              `!object.spec.initContainers.exists(one, one.name == ${celString(containerName)})`,
          },
        ],
        variables: namedVariables(variables),
        mutations: [
          { patchType: 'JSONPatch', jsonPatch: { expression: `variables.additions.map(one, ${add})` } },
        ],
      },
    },
    {
      apiVersion,
      kind: 'MutatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name },
    },
  ]
}
