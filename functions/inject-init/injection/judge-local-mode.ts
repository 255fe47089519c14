/** What inject-init requires of a pod in local mode, in which everybody can compute the values. */
import type { AnnotationDiagnostic } from '../../../api/diagnostic.ts'
import type { PodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { hasIdentity, identityVariables } from '../../../api/settings/local-mode-env.ts'
import { listIn, textIn } from '../pod/effective-config.ts'
import type { PodInjection } from './pod-injection.ts'

export function judgeLocalMode(
  { config, injection, recorded }: PodInjection,
  { localMode }: PodAnnotations,
): AnnotationDiagnostic[] {
  if (localMode === undefined) return []
  const error = (message: string, hint: string): AnnotationDiagnostic => ({
    severity: 'error',
    code: 'LOCAL_MODE',
    annotation: localMode,
    message,
    hint,
  })
  const option = config.nameOption('allowLocalMode')
  const refused = error(
    `local mode needs ${option}: everybody can compute the values`,
    `remove the annotation; set ${option} only where the app never reads a store`,
  )
  // What is found in the container stays, unless the configuration sets it.
  const found = recorded.container ? listIn(recorded.container.value, 'env') : []
  const variables = new Map(
    [...found, ...listIn(injection.container, 'env')].map((one) => [textIn(one, 'name'), one]),
  )
  const identities = [...variables].filter(
    ([name, one]) =>
      new RegExp(identityVariables).test(name) && (one['valueFrom'] || (one['value'] ?? '') !== ''),
  )
  return [
    ...(config.allowLocalMode ? [] : [refused]),
    ...identities.map(([name]) =>
      error(`variable ${name} of init ${hasIdentity}`, 'remove the variable, or the annotation'),
    ),
  ]
}
