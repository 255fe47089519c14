import { injectedAnnotation } from '../../api/annotation-domain.ts'
import { exitCode } from '../../api/exit-code.ts'
import { findInjection, recordsIn } from '../workload/find-injection.ts'
import type { Result } from '../krm/result.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import { type Workload, workloadReader } from '../workload/workload.ts'
import { explicitFormat } from './config.ts'
import { diffInjection } from './diff-injection.ts'
import type { InjectConfig } from './inject-config.ts'

/** An error for each field that injection would change in an object that it would edit. */
export function checkInjection(item: ManifestItem, config: InjectConfig): Result[] {
  const { value: records } = recordsIn(item)
  const workloads = workloadReader(config, explicitFormat(config)).read(item)
  const annotated = workloads.filter(({ pod }) => pod.annotated)
  const { differences } = diffInjection(item, annotated, records, config)
  const error = (message: string): Result => ({
    severity: 'error',
    message,
    object: item.object,
    exit: exitCode.input,
  })
  const resultsOf = ({ template, pod }: Workload): readonly Result[] => {
    const { key } = template
    const of = key === '' ? '' : `template ${key} `
    if (!pod.annotated)
      return records?.has(key) ? [error(`${of}is injected but declares nothing any more`)] : []
    if (!findInjection(item, template)) return [error(`${of}is annotated but not injected`)]
    const fields = differences.get(key) ?? []
    return fields.map(({ subject, field, message }): Result => ({ ...error(message), subject, field }))
  }
  const results = workloads.flatMap(resultsOf)
  if (results.length > 0) return results
  const field = ['metadata', 'annotations', injectedAnnotation]
  return [{ ...error('out of date'), subject: `metadata.annotations[${injectedAnnotation}]`, field }]
}
