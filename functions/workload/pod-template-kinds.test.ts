import t from 'tap'
import { apiVersionsOfKind, rightVersions, templatePaths } from './pod-template-kinds.ts'

const paths = (apiVersion: string, kind: string) =>
  templatePaths({ apiVersion, kind, name: 'a' }, []).map((path) => path.join('.'))

const rows: readonly (readonly [apiVersion: string, kind: string, paths: readonly string[]])[] = [
  ['v1', 'Pod', ['']],
  ['apps/v1', 'Deployment', ['spec.template']],
  ['batch/v1beta1', 'CronJob', ['spec.jobTemplate.spec.template']],
  ['apps.kruise.io/v1beta1', 'StatefulSet', ['spec.template']],
  ['apps.kruise.io/v1alpha1', 'DaemonSet', ['spec.template']],
  ['apps.kruise.io/v1alpha1', 'BroadcastJob', ['spec.template']],
  [
    'apps.kruise.io/v1alpha1',
    'AdvancedCronJob',
    ['spec.template.jobTemplate.spec.template', 'spec.template.broadcastJobTemplate.spec.template'],
  ],
  [
    'apps.kruise.io/v1alpha1',
    'UnitedDeployment',
    ['statefulSet', 'advancedStatefulSet', 'cloneSet', 'deployment'].map(
      (one) => `spec.template.${one}Template.spec.template`,
    ),
  ],
  ['v1', 'Deployment', []],
  ['example.com/v1', 'Deployment', []],
  ['', 'Pod', []],
]
for (const [apiVersion, kind, expected] of rows)
  t.strictSame(paths(apiVersion, kind), expected, `${kind} of ${apiVersion}`)

t.strictSame(
  templatePaths({ apiVersion: 'apps.kruise.io/v1alpha1', kind: 'UnitedDeployment', name: 'a' }, [
    { apiVersion: 'apps.kruise.io/v1alpha1', kind: 'UnitedDeployment', path: ['spec', 'pod'] },
  ]),
  [['spec', 'pod']],
  'a configured kind is in place of what is built in',
)
t.strictSame(apiVersionsOfKind('StatefulSet'), ['apps/v1', 'apps.kruise.io'])
t.strictSame(apiVersionsOfKind('Pod'), ['v1'])
t.strictSame(apiVersionsOfKind('Gadget'), [])

for (const [apiVersion, kind, right] of [
  ['apps/v1', 'Deployment', undefined],
  ['apps/v1beta1', 'Deployment', ['apps/v1']],
  ['apps/V1', 'Deployment', ['apps/v1']],
  ['batch/v1beta1', 'CronJob', ['batch/v1']],
  ['V1', 'Pod', ['v1']],
  ['argoproj.io/v1alpha1', 'Rollout', undefined],
  ['argoproj.io/v1', 'Rollout', ['argoproj.io/v1alpha1']],
  ['argoproj.io/V1alpha1', 'Rollout', ['argoproj.io/v1alpha1']],
  ['serving.knative.dev/v1', 'Service', undefined],
  ['serving.knative.dev/v1beta1', 'Service', ['serving.knative.dev/v1']],
  ['apps.openshift.io/v1', 'DeploymentConfig', undefined],
  ['apps.openshift.io/v1beta1', 'DeploymentConfig', ['apps.openshift.io/v1']],
  ['jobset.x-k8s.io/v1alpha2', 'JobSet', undefined],
  ['jobset.x-k8s.io/v1', 'JobSet', ['jobset.x-k8s.io/v1alpha2']],
  ['apps.kruise.io/v1alpha1', 'CloneSet', undefined],
  ['apps.kruise.io/v1beta1', 'CloneSet', undefined],
  ['apps.kruise.io/v1', 'CloneSet', ['apps.kruise.io/v1beta1', 'apps.kruise.io/v1alpha1']],
  // Kinds that are not known at all.
  ['apps/v1beta1', 'Gadget', undefined],
  ['argoproj.io/v1', 'Application', undefined],
] as const)
  t.strictSame(rightVersions({ apiVersion, kind, name: 'a' }, [])?.versions, right, `${apiVersion} ${kind}`)
for (const apiVersion of ['apps/v2', 'argoproj.io/v2'])
  t.equal(
    rightVersions({ apiVersion, kind: apiVersion === 'apps/v2' ? 'Deployment' : 'Rollout', name: 'a' }, [
      { apiVersion, kind: 'Deployment', path: [] },
      { apiVersion, kind: 'Rollout', path: [] },
    ]),
    undefined,
    `${apiVersion}, a version that option podTemplates lists`,
  )
