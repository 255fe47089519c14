import { injectedAnnotation } from '../api/annotation-domain.ts'
import { initVariables } from '../api/init-env.ts'
import { parseFormat, type SecretsFormat } from '../api/secrets-format.ts'
import { parseRecords } from './injection-record.ts'
import { annotationsOf, type ManifestItem } from './manifest-item.ts'
import type { PodTemplate } from './pod-template.ts'
import type { SourceNode } from './source-node.ts'
import { lookUp, lookUpPath, stringOf } from './source-value.ts'

/** The format that the init container in a pod was told to write; undefined where there is none, or nothing told it. */
export function injectedFormat(item: ManifestItem, template: PodTemplate): SecretsFormat | undefined {
  const text = annotationsOf(item).get(injectedAnnotation)
  const record = text === undefined ? undefined : parseRecords(text).value?.get(template.key)
  if (!record) return undefined
  const container = named(lookUpPath(template.node, ['spec', 'initContainers']), record.container)
  const variable = container && named(lookUp(container, 'env'), initVariables.format.env)
  return parseFormat((variable && stringOf(lookUp(variable, 'value'))) ?? '').format
}

function named(list: SourceNode | undefined, name: string): SourceNode | undefined {
  if (list?.type !== 'sequence') return undefined
  return list.items.find((one) => stringOf(lookUp(one, 'name')) === name)
}
