/** Files with a mode by which a container that mounts them cannot read them, as far as the manifest shows it. */
import { formatFileMode } from '../../../api/declaration/file-mode.ts'
import { type AnnotationDiagnostic, quote } from '../../../api/diagnostic.ts'
import { isMap } from '../../../api/json.ts'
import { deliveryOf } from '../../../api/pod/delivery.ts'
import type { PodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { initVariables } from '../../../api/settings/init-env.ts'
import { lookUp, toValue, type Value } from '../../yaml/value.ts'
import { groupsOf, type Identity, identityOf, whyUnreadable } from '../pod/file-access.ts'
import { otherContainers } from './add-mounts.ts'
import type { PodInjection } from './pod-injection.ts'

/** @param mounted the containers that mount the secrets. @param fileMode of the files without a mode; undefined where it is not known. */
export function judgeModes(
  pod: PodInjection,
  { declared, composed }: PodAnnotations,
  mounted: readonly string[],
  fileMode: number | undefined,
): AnnotationDiagnostic[] {
  const variable = initVariables.fileMode.env
  let isJudged = false
  const files = [...declared, ...composed].flatMap(({ annotation, declaration }) => {
    const delivery = deliveryOf(declaration)
    if (delivery.to === 'file' && delivery.mode !== undefined)
      return [{ annotation, mode: delivery.mode, source: 'mode' }]
    // All files of init have its mode: the first one stands for them.
    if (isJudged || fileMode === undefined || delivery.to === 'env' || delivery.to === 'none') return []
    isJudged = true
    return [{ annotation, mode: fileMode, source: variable }]
  })
  // What everybody may read needs no look at the containers.
  const closed = files.filter(({ mode }) => (mode & 0o444) !== 0o444)
  if (closed.length === 0) return []
  const node = lookUp(pod.parts.spec, 'securityContext')
  const security = node ? toValue(node) : null
  const groups = groupsOf(security)
  const owner = identityOfInit(pod, security)
  const readers = otherContainers(pod)
    .filter(({ name }) => mounted.includes(name))
    .map(({ name, value }) => ({ name, identity: identityOf(security, securityIn(value)) }))
  return closed.flatMap(({ annotation, mode, source }) =>
    readers.flatMap(({ name, identity }): AnnotationDiagnostic[] => {
      const reason = whyUnreadable(mode, owner, identity, groups)
      if (reason === undefined) return []
      const message = `${source} ${formatFileMode(mode)}: container ${quote(name)} cannot read the file: ${reason}`
      const hint = `set the runAsUser of the container and ${pod.config.nameOption('runAsUser')} to the same user, or ${source} 0440 and an fsGroup`
      return [{ severity: 'error', code: 'BAD_DELIVERY', annotation, message, hint }]
    }),
  )
}

function securityIn(container: Value): Value {
  return isMap(container) ? (container['securityContext'] ?? null) : null
}

/** What the configuration does not set explicitly is as it was injected, or patched since. */
function identityOfInit({ recorded, config }: PodInjection, security: Value): Identity {
  const found = identityOf(security, recorded.container ? securityIn(recorded.container.value) : null)
  if (recorded.container && !config.explicit.has('runAsUser')) return found
  return { ...found, user: config.runAsUser ?? identityOf(security, null).user }
}
