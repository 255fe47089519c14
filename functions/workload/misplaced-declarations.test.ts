import t from 'tap'
import { itemsUnder } from '../krm/manifest-item.ts'
import { nameInConfig } from '../krm/options.ts'
import { messageLines } from '../krm/result.ts'
import { parseSource } from '../yaml/parse.ts'
import { misplacedDeclarations } from './misplaced-declarations.ts'
import { podTemplatesOf } from './pod-template.ts'

const options = { annotationDomain: 'bsycorp.com', nameOption: nameInConfig }

function resultsOf(text: string): string[] {
  const [document] = parseSource(text).value ?? []
  const items = document ? itemsUnder(document, document.root) : []
  return items.flatMap((item) =>
    misplacedDeclarations(item, podTemplatesOf(item, 'bsycorp.com', []), options).map(
      (one) => `${one.severity}: ${messageLines(one).join(' | ')}`,
    ),
  )
}

const declared = 'secret.bsycorp.com/a: "kind=REFERENCE,type=PASSWORD"'
const object = (apiVersion: string, kind: string, spec: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\nspec: ${spec}\n`
const warning = (kind: string, where: string, hint: string) =>
  `warning: ${kind}/x annotation secret.bsycorp.com/a: has no effect in ${where} of a kind that is not known | hint: ${hint}`
const built = 'build the objects that the controller or the chart makes of it, and inject those'

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
        'did you mean Deployment of group apps? Else list the kind under option podTemplates',
      ),
    ],
  ],
  [
    'a TaskRun, whose own annotations go to its pods',
    `apiVersion: tekton.dev/v1\nkind: TaskRun\nmetadata: {name: x, annotations: {${declared}}}\n`,
    [warning('TaskRun', 'metadata', built)],
  ],
  [
    'the own metadata of other kinds, which a transformer may annotate',
    `apiVersion: v1\nkind: Service\nmetadata: {name: x, annotations: {${declared}}}\n`,
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
