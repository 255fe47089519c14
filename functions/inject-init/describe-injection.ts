import { injectedAnnotation } from '../../api/annotation-domain.ts'
import { findInjection, recordsIn } from '../workload/find-injection.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import { type Workload, workloadReader } from '../workload/workload.ts'
import { explicitFormat } from './config.ts'
import { injectionChanges } from './injection-changes.ts'
import type { InjectConfig } from './inject-config.ts'

/** What injection would change in an object that it would edit, a phrase each. */
export function describeInjection(item: ManifestItem, config: InjectConfig): string[] {
  const { value: records } = recordsIn(item)
  const workloads = workloadReader(config, explicitFormat(config)).read(item)
  const annotated = workloads.filter(({ pod }) => pod.annotated)
  const { changes } = injectionChanges(item, annotated, records, config)
  const describe = ({ template, pod }: Workload): readonly string[] => {
    const { key } = template
    if (!pod.annotated) {
      return records?.has(key) ? ['nothing is declared any more, and what was injected is still there'] : []
    }
    if (!findInjection(item, template)) return ['nothing is injected']
    return (changes.get(key) ?? []).map(({ says }) => says)
  }
  const said = workloads.flatMap((one) => {
    const { key } = one.template
    return describe(one).map((text) => (key === '' ? text : `template ${key}: ${text}`))
  })
  return said.length > 0 ? said : [`the annotation ${injectedAnnotation} is not up to date`]
}
