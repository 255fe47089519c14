/** What the manifest shows to be wrong with how values are delivered: the kubelet, the files of init, and who can read a file. */
import { findTakenPaths } from '../../../api/delivery/delivery-diagnostics.ts'
import { deliveryOf } from '../../../api/pod/delivery.ts'
import { type AnnotationDiagnostic, quote } from '../../../api/diagnostic.ts'
import { formatFileMode } from '../../../api/declaration/file-mode.ts'
import { decodeInitEnv, initVariables } from '../../../api/settings/init-env.ts'
import { isMap } from '../../../api/json.ts'
import type { PodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { lookUp, toValue, type Value } from '../../yaml/value.ts'
import { otherContainers } from './add-mounts.ts'
import { listIn, textIn } from '../pod/effective-config.ts'
import type { PodInjection } from './pod-injection.ts'

/** @param mounted the containers that mount the secrets. */
export function judgeDelivery(
  pod: PodInjection,
  annotations: PodAnnotations,
  mounted: readonly string[],
): AnnotationDiagnostic[] {
  const settings = settingsOf(pod)
  const modes = judgeModes(pod, annotations, mounted, settings.fileMode)
  if (pod.needs.contract === 1) return modes
  return [...judgeVariables(pod), ...findTakenPaths(annotations, settings), ...modes]
}

/** The kubelet that knows the field `fileKeyRef` by default: the feature gate EnvFiles. */
const leastMinor = 35

function judgeVariables({ needs, config }: PodInjection): AnnotationDiagnostic[] {
  const [first] = needs.variables
  if (first === undefined) return []
  const diagnostic = (
    severity: 'error' | 'warning',
    message: string,
    hint: string,
  ): AnnotationDiagnostic => ({
    severity,
    code: 'BAD_DELIVERY',
    annotation: first.annotation,
    message,
    hint,
  })
  const option = config.nameOption('minKubelet')
  const minor = Number(config.minKubelet.split('.')[1] ?? -1)
  const older = `a kubelet before 1.${leastMinor} sets the variable to the empty string and starts the app`
  const hint = `set ${option} to "1.${leastMinor}" or later if no node that may run the pod has an older kubelet; otherwise use file`
  const found: AnnotationDiagnostic[] = []
  if (config.minKubelet === '') found.push(diagnostic('error', `env needs ${option}: ${older}`, hint))
  else if (minor < leastMinor)
    found.push(diagnostic('error', `env is not possible with ${option} ${config.minKubelet}: ${older}`, hint))
  if (config.refresh !== undefined)
    found.push(
      diagnostic(
        'warning',
        `${config.nameOption('refresh')} does not change environment variables: each keeps its value until its container starts again, and replicas may then differ`,
        'use a line or file for a value that changes',
      ),
    )
  return found
}

/** The files that init writes by its settings, and their mode, as far as they are in the manifest. */
function settingsOf({ injection }: PodInjection) {
  const env = Object.fromEntries(
    listIn(injection.container, 'env').map((one) => [textIn(one, 'name'), textIn(one, 'value')]),
  )
  const { valid } = decodeInitEnv(env)
  const { secretsFile = '', resourcesFile = '', notifyFile = '', envFile = '', fileMode } = valid
  return { secretsFile, resourcesFile, notifyFile, envFile, fileMode }
}

/** Files with a mode by which a container that mounts them cannot read them, as far as the manifest shows it. */
function judgeModes(
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
  if (files.length === 0) return []
  const security = securityIn(pod.parts.spec)
  const owner = userOfInit(pod, security)
  const readers = otherContainers(pod).filter(({ name }) => mounted.includes(name))
  return files.flatMap(({ annotation, mode, source }) =>
    readers.flatMap((reader): AnnotationDiagnostic[] => {
      const reason = whyUnreadable(mode, owner, userOf(reader.value, security), security)
      if (reason === undefined) return []
      const message = `${source} ${formatFileMode(mode)}: container ${quote(reader.name)} cannot read the file: ${reason}`
      const hint = `set the runAsUser of the container and ${pod.config.nameOption('runAsUser')} to the same user, or ${source} 0440 and an fsGroup`
      return [{ severity: 'error', code: 'BAD_DELIVERY', annotation, message, hint }]
    }),
  )
}

type Security = {
  readonly user: number | undefined
  /** Whether the containers may have a group in common. */
  readonly hasGroup: boolean
}

/** The security context of the pod. */
function securityIn(spec: PodInjection['parts']['spec']): Security {
  const node = lookUp(spec, 'securityContext')
  const context = node ? toValue(node) : null
  const groups = isMap(context)
    ? [context['fsGroup'], context['runAsGroup'], context['supplementalGroups']]
    : []
  return { user: numberIn(context, 'runAsUser'), hasGroup: groups.some((one) => one !== undefined) }
}

/** Undefined where the image decides. */
function userOf(container: Value, { user }: Security): number | undefined {
  const context = isMap(container) ? (container['securityContext'] ?? null) : null
  return numberIn(context, 'runAsUser') ?? user
}

function userOfInit({ recorded, config }: PodInjection, security: Security): number | undefined {
  const { container } = recorded
  if (container && !config.explicit.has('runAsUser')) return userOf(container.value, security)
  return config.runAsUser ?? security.user
}

/**
 * Undefined where it may be readable, or where it is not known. The owner of the file is the user of init; its group is the fsGroup, which every
 * container of the pod has, or else the group of init. Root may read everything unless a capability is dropped.
 */
function whyUnreadable(
  mode: number,
  owner: number | undefined,
  reader: number | undefined,
  { hasGroup }: Security,
): string | undefined {
  if (owner === undefined || reader === undefined || reader === 0 || owner === reader) return undefined
  const isOpenToGroup = (mode & 0o040) !== 0
  if ((mode & 0o004) !== 0 || (isOpenToGroup && hasGroup)) return undefined
  const more = isOpenToGroup ? ', and the pod has no fsGroup' : ''
  return `it runs as user ${reader} and init as user ${owner}${more}`
}

function numberIn(value: Value, key: string): number | undefined {
  const found = isMap(value) ? value[key] : undefined
  return typeof found === 'number' ? found : undefined
}
