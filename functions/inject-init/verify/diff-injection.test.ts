import t from 'tap'
import { recordsIn } from '../../workload/find-injection.ts'
import { workloadReader } from '../../workload/workload.ts'
import { explicitFormat, parseInjectConfig } from '../options/config.ts'
import { diffInjection } from './diff-injection.ts'
import { injectText, itemsIn, secretMount, twoContainers } from '../fixtures.ts'

const { config } = parseInjectConfig({ given: [] })
const injected = injectText(twoContainers, config)

function diff(text: string) {
  const [item] = itemsIn(text)
  if (!item) throw new Error('the manifest has no object')
  const workloads = workloadReader(config, explicitFormat(config)).read(item)
  const { differences, results } = diffInjection(item, workloads, recordsIn(item).value, config)
  return { fields: [...differences.values()].flat(), results }
}

t.strictSame(diff(injected), { fields: [], results: [] }, 'what injection would not change does not differ')
t.strictSame(
  diff(injected.replace(secretMount, '')).fields,
  [
    {
      subject: 'spec.template.spec.containers[app].volumeMounts[/secret]',
      field: ['spec', 'template', 'spec', 'containers', 0, 'volumeMounts'],
      message: 'missing',
      matters: true,
    },
  ],
  'a difference has the path with names, and the path with positions as far as it exists',
)
t.match(
  diff(injected.replace('name: init-container\n', 'name: init-container\n          tty: true\n')),
  { fields: [], results: [] },
  'a field that injection does not set is no difference',
)
t.match(
  diff(injected.replace('fieldPath: metadata.name\n', 'fieldPath: metadata.uid\n')).fields,
  [{ subject: /env\[POD_NAME\]$/, matters: true }],
  'a variable of the messages with another source matters',
)
t.match(
  diff(injected.replace(/ +- name: POD_NAME\n(.*\n){3}/, '')).fields,
  [{ subject: /env\[POD_NAME\]$/, message: 'missing', matters: false }],
  'a variable that is missing and only for messages does not',
)
t.strictSame(
  diff(twoContainers.replace('kind=REFERENCE', 'kind=DYNAMC')).fields.length > 0,
  true,
  'a workload whose declarations are invalid is compared too',
)
t.match(
  diff(twoContainers.replace('name: proxy', 'name: init-container')).results,
  [{ severity: 'error', message: /init-container/ }],
  'what cannot be injected is an error, without differences',
)
