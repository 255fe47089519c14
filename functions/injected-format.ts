import { initVariables } from '../api/init-env.ts'
import { parseFormat, type SecretsFormat } from '../api/secrets-format.ts'
import { findInjection, itemsOf, named, plainVariable } from './find-injection.ts'
import type { ManifestItem } from './manifest-item.ts'
import type { PodTemplate } from './pod-template.ts'
import { lookUp } from './source-value.ts'

/** The format that the init container in a pod was told to write; undefined where there is none, or nothing told it. */
export function injectedFormat(item: ManifestItem, template: PodTemplate): SecretsFormat | undefined {
  const injection = findInjection(item, template)
  const inits = itemsOf(lookUp(template.node, 'spec'), 'initContainers')
  const container = injection && named(inits, injection.container)
  return parseFormat((container && plainVariable(container, initVariables.format.env)) ?? '').format
}
