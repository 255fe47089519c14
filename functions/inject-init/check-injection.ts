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
  const messagesOf = ({ template, pod }: Workload): readonly string[] => {
    const { key } = template
    const of = key === '' ? '' : `template ${key} `
    if (!pod.annotated) return records?.has(key) ? [`${of}is injected but declares nothing any more`] : []
    if (!findInjection(item, template)) return [`${of}is annotated but not injected`]
    return (differences.get(key) ?? []).map(({ path, message }) => `${path}: ${message}`)
  }
  const messages = workloads.flatMap(messagesOf)
  const record = `metadata.annotations[${injectedAnnotation}]: out of date`
  return (messages.length > 0 ? messages : [record]).map((message): Result => {
    return { severity: 'error', message, object: item.object, exit: exitCode.input }
  })
}
