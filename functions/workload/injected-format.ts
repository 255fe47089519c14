import { initVariables } from '../../api/settings/init-env.ts'
import { parseFormat, type SecretsFormat } from '../../api/secrets-format.ts'
import { partNamed, plainVariable } from './container-parts.ts'
import { findInjection } from './find-injection.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { PodTemplate } from './pod-template.ts'

/** The format that the init container in a pod is configured to write; undefined where there is no such container or setting. */
export function injectedFormat(item: ManifestItem, template: PodTemplate): SecretsFormat | undefined {
  const injection = findInjection(item, template)
  const container = injection && partNamed(template, 'initContainers', injection.container)
  return parseFormat((container && plainVariable(container, initVariables.format.env)) ?? '').value
}
