import t from 'tap'
import { triesMany } from '../../api/test-effort.ts'
import { itemsUnder } from '../krm/manifest-item.ts'
import { nameInConfig } from '../krm/options/options.ts'
import { messageLines } from '../krm/result.ts'
import { parseSource } from '../yaml/parse.ts'
import { misplacedDeclarations } from './misplaced-declarations.ts'
import { podTemplatesOf } from './pod-template.ts'
import { readItems } from './workload.ts'

const options = { annotationDomain: 'bsycorp.com', nameOption: nameInConfig, podTemplates: [] }

function resultsOf(text: string): string[] {
  const [document] = parseSource(text).value ?? []
  const items = document ? itemsUnder(document, document.root) : []
  return items.flatMap((item) => {
    const { results, onMetadata } = misplacedDeclarations(
      item,
      podTemplatesOf(item, 'bsycorp.com', []),
      options,
    )
    return [...results, ...onMetadata.map(({ result }) => result)].map(
      (one) => `${one.severity}: ${messageLines(one).join(' | ')}`,
    )
  })
}

const declared = 'secret.bsycorp.com/a: "kind=REFERENCE,type=PASSWORD"'
const object = (apiVersion: string, kind: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\nspec: ${spec}\n`
const warning = (kind: string, where: string, hint: string) =>
  `warning: ${kind}/x annotation secret.bsycorp.com/a: has no effect in ${where} of a kind that is not known | hint: ${hint}`
const ofKnown = (kind: string, where: string, place: string) =>
  `warning: ${kind}/x annotation secret.bsycorp.com/a: has no effect in ${where} | hint: move it to ${place}`
const built = 'build the objects that the controller or the chart makes of it, and inject those'
const elsewhere = `move it to where the kind has the annotations of its pods, and ${built}`

t.match(
  resultsOf(
    'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x, annotations: {compose.bsycorp.com/a: text=a}}\nspec: {template: {spec: {}}}\n',
  ),
  [/^warning: Deployment\/x annotation compose\.bsycorp\.com\/a: has no effect/],
  'a composition on the metadata of the workload',
)

const rows: readonly (readonly [title: string, text: string, results: readonly string[]])[] = [
  [
    'the values of a HelmRelease',
    object('helm.toolkit.fluxcd.io/v2', 'HelmRelease', `{values: {podAnnotations: {${declared}}}}`),
    [warning('HelmRelease', 'spec.values.podAnnotations', built)],
  ],
  [
    'an Application of Argo CD, twice',
    object(
      'argoproj.io/v1alpha1',
      'Application',
      `{source: {helm: {valuesObject: {podAnnotations: {${declared}}}}, kustomize: {commonAnnotations: {${declared}}}}}`,
    ),
    [
      warning('Application', 'spec.source.helm.valuesObject.podAnnotations', built),
      warning('Application', 'spec.source.kustomize.commonAnnotations', built),
    ],
  ],
  [
    'the podMetadata of a Prometheus',
    object('monitoring.coreos.com/v1', 'Prometheus', `{podMetadata: {annotations: {${declared}}}}`),
    [warning('Prometheus', 'spec.podMetadata', built)],
  ],
  [
    'a pod template of a kind that is not known',
    object('example.com/v1', 'Gadget', `{pods: [{metadata: {annotations: {${declared}}}}]}`),
    [warning('Gadget', 'spec.pods[0].metadata', 'list the kind under option podTemplates')],
  ],
  [
    'a known kind in another group',
    object('extensions/v1beta1', 'Deployment', `{template: {metadata: {annotations: {${declared}}}}}`),
    [
      warning(
        'Deployment',
        'spec.template.metadata',
        'did you mean "apps/v1"? Else list the kind under option podTemplates',
      ),
    ],
  ],
  [
    'a known kind in a group that differs in case',
    object('Apps/v1', 'StatefulSet', `{template: {metadata: {annotations: {${declared}}}}}`),
    [
      warning(
        'StatefulSet',
        'spec.template.metadata',
        'did you mean "apps/v1" or "apps.kruise.io"? Else list the kind under option podTemplates',
      ),
    ],
  ],
  ...(['apps/v1beta1', 'apps/V1'] as const).map(
    (version) =>
      [
        `a Deployment of version ${version}`,
        object(version, 'Deployment', `{template: {metadata: {annotations: {${declared}}}}}`),
        [
          `warning: Deployment/x apiVersion "${version}" of Deployment is not known: Kubernetes has apps/v1 | hint: did you mean "apps/v1"?`,
        ],
      ] as const,
  ),
  [
    'a CronJob of a version that Kubernetes no longer serves',
    object(
      'batch/v1beta1',
      'CronJob',
      `{jobTemplate: {spec: {template: {metadata: {annotations: {${declared}}}}}}}`,
    ),
    [
      'warning: CronJob/x apiVersion "batch/v1beta1" of CronJob is not known: Kubernetes has batch/v1 | hint: did you mean "batch/v1"?',
    ],
  ],
  [
    'a Rollout of a version that Argo Rollouts does not have',
    object('argoproj.io/v1', 'Rollout', `{template: {metadata: {annotations: {${declared}}}}}`),
    [
      'warning: Rollout/x apiVersion "argoproj.io/v1" of Rollout is not known: known are argoproj.io/v1alpha1 | hint: did you mean "argoproj.io/v1alpha1"? Else list the kind under option podTemplates',
    ],
  ],
  [
    'a CronJob without jobTemplate',
    object('batch/v1', 'CronJob', `{template: {metadata: {annotations: {${declared}}}}}`),
    [ofKnown('CronJob', 'spec.template.metadata', 'spec.jobTemplate.spec.template.metadata.annotations')],
  ],
  [
    'a CronJob with jobTemplate that declares elsewhere',
    object(
      'batch/v1',
      'CronJob',
      `{template: {metadata: {annotations: {${declared}}}}, jobTemplate: {spec: {template: {spec: {}}}}}`,
    ),
    [ofKnown('CronJob', 'spec.template.metadata', 'spec.jobTemplate.spec.template.metadata.annotations')],
  ],
  [
    'a CronJob of a wrong version that declares elsewhere',
    object('batch/v1beta1', 'CronJob', `{template: {metadata: {annotations: {${declared}}}}}`),
    [
      'warning: CronJob/x apiVersion "batch/v1beta1" of CronJob is not known: Kubernetes has batch/v1 | hint: did you mean "batch/v1"?',
      ofKnown('CronJob', 'spec.template.metadata', 'spec.jobTemplate.spec.template.metadata.annotations'),
    ],
  ],
  [
    'an AdvancedCronJob, which has two places',
    object(
      'apps.kruise.io/v1beta1',
      'AdvancedCronJob',
      `{template: {metadata: {annotations: {${declared}}}}}`,
    ),
    [
      ofKnown(
        'AdvancedCronJob',
        'spec.template.metadata',
        'spec.template.jobTemplate.spec.template.metadata.annotations or spec.template.broadcastJobTemplate.spec.template.metadata.annotations',
      ),
    ],
  ],
  [
    'a JobSet, which has a list',
    object('jobset.x-k8s.io/v1alpha2', 'JobSet', `{template: {metadata: {annotations: {${declared}}}}}`),
    [
      ofKnown(
        'JobSet',
        'spec.template.metadata',
        'spec.replicatedJobs[*].template.spec.template.metadata.annotations',
      ),
    ],
  ],
  [
    'the volume claims of a StatefulSet',
    object(
      'apps/v1',
      'StatefulSet',
      `{template: {metadata: {annotations: {${declared}}}}, volumeClaimTemplates: [{metadata: {annotations: {${declared}}}}]}`,
    ),
    [ofKnown('StatefulSet', 'spec.volumeClaimTemplates[0].metadata', 'spec.template.metadata.annotations')],
  ],
  ['one that declares nothing', object('apps/v1beta1', 'Deployment', '{template: {spec: {}}}'), []],
  [
    'a Pod of another group',
    `apiVersion: core/v1\nkind: Pod\nmetadata: {name: x, annotations: {${declared}}}\n`,
    [
      'warning: Pod/x annotation secret.bsycorp.com/a: has no effect in the metadata of the Pod itself | hint: did you mean "v1"?',
    ],
  ],
  [
    'a TaskRun, whose own annotations go to its pods',
    `apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: x, annotations: {${declared}}}\n`,
    [
      `warning: TaskRun/x annotation secret.bsycorp.com/a: has no effect in the metadata of the TaskRun itself | hint: ${elsewhere}`,
    ],
  ],
  ...(
    [
      ['v1', 'Service', 'move it to the pod template of the workload'],
      ['v1', 'Namespace', 'move it to the pod template of the workload'],
      ['networking.k8s.io/v1', 'Ingress', 'move it to the pod template of the workload'],
      ['autoscaling/v2', 'HorizontalPodAutoscaler', 'move it to the pod template of the workload'],
      ['helm.toolkit.fluxcd.io/v2', 'HelmRelease', elsewhere],
      ['argoproj.io/v1alpha1', 'Application', elsewhere],
      ['monitoring.coreos.com/v1', 'Prometheus', elsewhere],
    ] as const
  ).map(
    ([apiVersion, kind, hint]) =>
      [
        `the own metadata of kind ${kind}`,
        `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x, annotations: {${declared}}}\n`,
        [
          `warning: ${kind}/x annotation secret.bsycorp.com/a: has no effect in the metadata of the ${kind} itself | hint: ${hint}`,
        ],
      ] as const,
  ),
  ...(
    [
      ['Application', 'source: {helm: {values: TEXT}}', 'spec.source.helm.values'],
      ['Application', 'sources: [{helm: {values: TEXT}}]', 'spec.sources[0].helm.values'],
      [
        'ApplicationSet',
        'template: {spec: {source: {helm: {values: TEXT}}}}',
        'spec.template.spec.source.helm.values',
      ],
      ['HelmChart', 'valuesContent: TEXT', 'spec.valuesContent'],
      ['HelmChartConfig', 'valuesContent: TEXT', 'spec.valuesContent'],
    ] as const
  ).flatMap(([kind, spec, where]) =>
    (
      [
        ['as YAML', `podAnnotations:\n  ${declared}\n`, ' (podAnnotations)'],
        [
          'with templates in it',
          `a: {{ .b }}\npodAnnotations:\n  # secret.bsycorp.com/b: ""\n  ${declared}\n`,
          '',
        ],
        [
          'as JSON',
          `{"podAnnotations":{"secret.bsycorp.com/a":"kind=REFERENCE,type=PASSWORD"}}`,
          ' (podAnnotations)',
        ],
      ] as const
    ).map(
      ([how, text, inside]) =>
        [
          `the values of kind ${kind} in ${where}, a text, ${how}`,
          object('example.com/v1', kind, `{${spec.replace('TEXT', JSON.stringify(text))}}`),
          [warning(kind, `${where}${inside}`, built)],
        ] as const,
    ),
  ),
  [
    'values in a text in values',
    object(
      'argoproj.io/v1alpha1',
      'Application',
      `{values: ${JSON.stringify(`apps:\n- values: |\n    pod: {${declared}}\n`)}}`,
    ),
    [warning('Application', 'spec.values (apps[0].values: pod)', built)],
  ],
  [
    'the parameters of an Application',
    object(
      'argoproj.io/v1alpha1',
      'Application',
      String.raw`{source: {helm: {parameters: [{name: 'podAnnotations.secret\.bsycorp\.com/a', value: kind=REFERENCE}]}}}`,
    ),
    [warning('Application', 'spec.source.helm.parameters[0]', built)],
  ],
  [
    'the values that a HelmChart sets, and properties of Spark',
    object(
      'helm.cattle.io/v1',
      'HelmChart',
      String.raw`{set: {'podAnnotations.secret\.bsycorp\.com/a': kind=REFERENCE}, sparkConf: {spark.kubernetes.driver.annotation.secret.bsycorp.com/a: ''}}`,
    ),
    [warning('HelmChart', 'spec.set', built), warning('HelmChart', 'spec.sparkConf', built)],
  ],
  [
    'the patches of a HelmRelease',
    object(
      'helm.toolkit.fluxcd.io/v2',
      'HelmRelease',
      `{postRenderers: [{kustomize: {patches: [{patch: ${JSON.stringify(
        `apiVersion: apps/v1\nkind: Deployment\nspec: {template: {metadata: {annotations: {${declared}}}}}\n`,
      )}}, {patch: ${JSON.stringify(
        '- op: add\n  path: /spec/template/metadata/annotations/secret.bsycorp.com~1a\n  value: kind=REFERENCE\n',
      )}}]}}]}`,
    ),
    [
      warning(
        'HelmRelease',
        'spec.postRenderers[0].kustomize.patches[0].patch (spec.template.metadata.annotations)',
        built,
      ),
      warning('HelmRelease', 'spec.postRenderers[0].kustomize.patches[1].patch ([0])', built),
    ],
  ],
  [
    'what only mentions one',
    object(
      'example.com/v1',
      'Gadget',
      `{ignore: [/spec/template/metadata/annotations/secret.bsycorp.com~1a], text: 'See secret.bsycorp.com/a: it is one.', patch: ${JSON.stringify('- op: remove\n  path: /metadata/annotations/secret.bsycorp.com~1a\n')}, cel: "key.startsWith('secret.bsycorp.com/')"}`,
    ),
    [],
  ],
  [
    'what kubectl notes of an object',
    `apiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {last: '{"secret.bsycorp.com/a": ""}'}}\n`,
    [],
  ],
  [
    'an object without apiVersion',
    `kind: Deployment\nmetadata: {name: x}\nspec: {template: {metadata: {annotations: {${declared}}}}}\n`,
    [
      'error: Deployment/x annotation secret.bsycorp.com/a: has no effect: the object has no apiVersion | hint: add it: kubectl does not apply the object without it',
    ],
  ],
  [
    'an object without kind',
    `apiVersion: v1\nmetadata: {name: x, annotations: {${declared}}}\n`,
    [
      'error: /x annotation secret.bsycorp.com/a: has no effect: the object has no kind | hint: add it: kubectl does not apply the object without it',
    ],
  ],
  ['an object without apiVersion that declares nothing', 'kind: Config\nmetadata: {name: x}\n', []],
]
for (const [title, text, results] of rows) t.test(title, async (t) => t.strictSame(resultsOf(text), results))

t.test('what kustomize annotates with everything else', async (t) => {
  const read = (...texts: readonly string[]) => {
    const items = texts.flatMap((text) =>
      (parseSource(text).value ?? []).flatMap((one) => itemsUnder(one, one.root)),
    )
    const config = { ...options, podTemplates: [], strict: false, namespace: '', storagePolicy: undefined }
    return readItems(items, config).results.map((one) => messageLines(one)[0])
  }
  const service = `apiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {${declared}}}\n`
  const pod = `apiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {${declared}}}\n`
  const found = [
    'Service/x annotation secret.bsycorp.com/a: has no effect in the metadata of the Service itself',
  ]
  t.strictSame(read(service), found, 'is a warning where no pod has it')
  t.strictSame(read(service, pod), [], 'is none where a pod has it')
  t.strictSame(read(service, pod.replace('com/a', 'com/b')), found, 'whose other declarations do not count')
})

t.test('an object with very many', async (t) => {
  const many = triesMany ? 100_000 : 5000
  const lines = Array.from({ length: many }, (_, index) => `secret.bsycorp.com/a${index}: x`)
  const text = object('example.com/v1', 'Gadget', `{values: ${JSON.stringify(lines.join('\n'))}}`)
  t.equal(resultsOf(text).length, 64, 'gets no more warnings than a pod')
  const unclosed = `${'{,'.repeat(2 * many)}${'\n'.repeat(2 * many)}secret.bsycorp.com/a: x`
  t.equal(
    resultsOf(object('v1', 'ConfigMap', JSON.stringify(unclosed))).length,
    1,
    'also in a text that is not YAML',
  )
})

t.test('beside a declaration in the right place, however it is written', async (t) => {
  const where = 'spec.jobTemplate.spec.template.metadata.annotations'
  const expected = [ofKnown('CronJob', 'spec.template.metadata', where)]
  const right = (annotations: string, wrong: string) =>
    object(
      'batch/v1',
      'CronJob',
      `{template: {metadata: {annotations: ${wrong}}}, jobTemplate: {spec: {template: {metadata: {annotations: ${annotations}}}}}}`,
    )
  const wrong = `{${declared}}`
  t.strictSame(resultsOf(right(`{${declared}}`, wrong)), expected)
  t.strictSame(resultsOf(right('{"secret.bsycorp\\x2ecom/b": x}', wrong)), expected, 'with an escape')
  t.strictSame(resultsOf(right('*same', `&same ${wrong}`)), expected, 'with an alias')
  t.strictSame(resultsOf(right(`{${declared}, note: see .bsycorp.com/}`, wrong)), expected)
  const injected = (own: string) =>
    right(`{${declared}}`, wrong).replace('{name: x}', `{name: x, annotations: {${own}}}`)
  t.strictSame(resultsOf(injected("kees.bsycorp.com/injected: '{}'")), expected, 'in an injected workload')
  const onItself = ofKnown('CronJob', 'the metadata of the CronJob itself', 'the pod template')
  t.strictSame(
    resultsOf(injected(`kees.bsycorp.com/injected: '{}', ${declared}`)),
    [onItself, ...expected],
    'and on the workload itself',
  )
})
