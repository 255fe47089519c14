import type { AnnotationDiagnostic } from '../diagnostic.ts'
import type { PodAnnotations } from '../pod/pod-annotations.ts'
import { judgeStorage } from './judge-storage.ts'
import { ruleFor, type StoragePolicy } from './storage-policy.ts'

type JudgedPod = Pick<PodAnnotations, 'annotated' | 'declared' | 'localMode'>

/**
 * What a policy does not allow of one pod. In local mode nothing is created for it, so only that is judged.
 *
 * @param namespace and hint, as for judgeStorage.
 */
export function judgePod(
  policy: StoragePolicy,
  namespace: string | undefined,
  { annotated, declared, localMode }: JudgedPod,
  hint?: string,
): AnnotationDiagnostic[] {
  if (localMode === undefined) return judgeStorage(policy, namespace, declared, hint)
  if (!annotated) return []
  const of = (severity: 'error' | 'warning', message: string, more: object = {}): AnnotationDiagnostic[] => [
    { severity, code: 'POLICY', annotation: localMode, message, ...more },
  ]
  const [first] = policy.rules
  // Which rule is first depends on the namespace, unless the first one takes all.
  if (namespace === undefined && !first?.namespaces.includes('*')) {
    const message = 'cannot check whether the StoragePolicy allows local mode: the namespace is unknown'
    return of('warning', message, hint === undefined ? {} : { hint })
  }
  const rule = namespace === undefined ? first : ruleFor(policy, namespace)
  if (rule === undefined)
    return of('error', `no rule of the StoragePolicy matches the namespace ${namespace ?? ''}`)
  return rule.localMode
    ? []
    : of('error', 'local mode is not allowed by the StoragePolicy', {
        hint: 'remove the annotation; in a cluster without a store, set localMode of the rule to true',
      })
}
