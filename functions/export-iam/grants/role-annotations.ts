/**
 * Annotations that are nearly one that names a role, or that are where nothing reads them. The pod runs without the role then, and the policy
 * goes to none.
 */
import { exitCode } from '../../../api/exit-code.ts'
import { closestWord, didYouMean } from '../../../api/suggest.ts'
import type { Result } from '../../krm/result.ts'
import { annotationsOf, type ManifestItem } from '../../krm/manifest-item.ts'
import { allEntries, lookUpPath, stringOf } from '../../yaml/value.ts'
import type { PodTemplate } from '../../workload/pod-template.ts'
import { roleAnnotation } from '../options/iam-role.ts'

/** The role of IRSA: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
export const accountRoleAnnotation = 'eks.amazonaws.com/role-arn'

const names = ['role', 'rolearn', 'iamrole', 'iamrolearn', 'arn', 'rolename']

/** Whether an annotation is meant to name a role: `eks.amazonaws.com/iam-role-arn`, also with one letter wrong. */
function namesRole(key: string): boolean {
  // All have one of these, also with one letter wrong, and most annotations have none.
  if (!/aws|amazon|eks|role/i.test(key)) return false
  if (key === roleAnnotation || key === accountRoleAnnotation) return true
  if (closestWord(key, [accountRoleAnnotation, roleAnnotation]) !== undefined) return true
  const [domain = '', name = '', ...more] = key.split('/')
  if (more.length > 0 || !/(^|[.-])(amazonaws|amazon|aws|eks)([.-]|$)/.test(domain)) return false
  return closestWord(name.replace(/[-_.]/g, ''), names) !== undefined
}

/** The annotations of a ServiceAccount in place of the one that EKS reads. */
export function misspeltRoles(item: ManifestItem): Result[] {
  const annotations = annotationsOf(item)
  if (annotations.has(accountRoleAnnotation)) return []
  return [...annotations.keys()].filter(namesRole).map((key) => ({
    ...warningOf(item, key, ['metadata', 'annotations', key]),
    message: 'is not known to EKS, so the ServiceAccount has no role',
    ...didYouMean(accountRoleAnnotation),
  }))
}

/**
 * Those of a workload that are not read: on the pod template all but that of kube2iam, on the metadata of the workload itself that one too, unless the
 * pod template has it as well.
 *
 * @param account the name of the pod's ServiceAccount.
 */
export function misplacedRoles(item: ManifestItem, template: PodTemplate, account: string): Result[] {
  const onTemplate = template.annotations.flatMap(([key]) => (namesRole(key) ? [key] : []))
  const onObject = allEntries(
    template.path.length === 0 ? undefined : lookUpPath(item.root, ['metadata', 'annotations']),
  ).flatMap(([key, value]) =>
    namesRole(key) && !onTemplate.includes(key) && stringOf(value) !== undefined ? [key] : [],
  )
  if (onTemplate.length === 0 && onObject.length === 0) return []
  const hint = `for EKS, set ${accountRoleAnnotation} on ServiceAccount ${account}; for kube2iam, ${roleAnnotation} on the pod template`
  const ofTemplate = onTemplate
    .filter((key) => key !== roleAnnotation)
    .map((key) => ({
      ...warningOf(item, key, [...template.path, 'metadata', 'annotations', key]),
      message: 'is not read on a pod template, so it gives the pods no role',
      hint,
    }))
  const ofObject = onObject.map((key) => ({
    ...warningOf(item, key, ['metadata', 'annotations', key]),
    message: `is not read in the metadata of the ${item.object.kind} itself, so it gives the pods no role`,
    hint,
  }))
  return [...ofTemplate, ...ofObject]
}

function warningOf({ object }: ManifestItem, key: string, field: readonly (string | number)[]) {
  return { severity: 'warning', object, subject: `annotation ${key}`, field, exit: exitCode.input } as const
}
