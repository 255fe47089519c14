import { quote } from '../api/diagnostic.ts'
import { nameOf } from '../functions/krm/result.ts'
import type { Workload } from '../functions/workload/workload.ts'
import { invalid, type Parsed } from '../api/parsed.ts'

/**
 * Returns the annotated workload that the user selected. @param wanted `KIND/NAME` or `KIND/NAMESPACE/NAME`, the kind in any case.
 * @param template of an object with several pod templates.
 */
export function chooseWorkload(
  workloads: readonly Workload[],
  wanted: string,
  template: string | undefined,
): Parsed<Workload> {
  const annotated = workloads.filter(({ pod }) => pod.annotated)
  const [kind = '', ...names] = wanted.split('/')
  const [name, namespace] = names.toReversed()
  const found = annotated.filter(
    ({ item: { object }, template: { key } }) =>
      names.length <= 2 &&
      object.kind.toLowerCase() === kind.toLowerCase() &&
      object.name === name &&
      (namespace === undefined || object.namespace === namespace) &&
      (template === undefined || key === template),
  )
  const [one, ...more] = found
  if (one && more.length === 0) return { value: one }
  const meant = `${quote(wanted)}${template === undefined ? '' : ` with the template ${quote(template)}`}`
  if (!one) {
    const known = annotated.length === 0 ? 'none' : [...new Set(annotated.map(titleOf))].join(', ')
    return invalid(`${meant} is not in the manifests, or declares nothing: there is ${known}`)
  }
  const how = one.template.key === '' ? 'KIND/NAMESPACE/NAME, or give fewer manifests' : '--template too'
  return invalid(`${meant} may be ${found.map(titleOf).join(' or ')}`, `write ${how}`)
}

function titleOf({ item, template }: Workload): string {
  return nameOf(item.object) + (template.key === '' ? '' : ` template ${template.key}`)
}
