import { injectedAnnotation } from '../../../api/declaration/annotation-domain.ts'
import { exitCode } from '../../../api/exit-code.ts'
import { findInjection, recordsIn } from '../../workload/find-injection.ts'
import { requireInjected } from '../../workload/require-injected.ts'
import type { Result } from '../../krm/result.ts'
import type { ManifestItem } from '../../krm/manifest-item.ts'
import { workloadReader } from '../../workload/workload.ts'
import { explicitFormat } from '../options/config.ts'
import { diffInjection } from './diff-injection.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { injectAgain, leftoverResult, resultsOf } from './injection-results.ts'

/** An error for each field that injection would change in an object that it would edit. */
export function checkInjection(item: ManifestItem, config: InjectConfig): Result[] {
  const { object } = item
  const { value: records } = recordsIn(item)
  const workloads = workloadReader(config, explicitFormat(config)).read(item)
  const annotated = workloads.filter(({ pod }) => pod.annotated)
  const { differences } = diffInjection(item, annotated, records, config)
  const results = workloads.flatMap((workload): readonly Result[] => {
    const { template, pod } = workload
    if (!pod.annotated) return records?.has(template.key) ? [leftoverResult('error', template, object)] : []
    if (!findInjection(item, template)) return requireInjected([workload])
    return resultsOf(differences.get(template.key) ?? [], object)
  })
  if (results.length > 0) return results
  const field = ['metadata', 'annotations', injectedAnnotation]
  const subject = `metadata.annotations[${injectedAnnotation}]`
  return [
    {
      severity: 'error',
      message: 'out of date',
      hint: injectAgain,
      subject,
      field,
      object,
      exit: exitCode.input,
    },
  ]
}
