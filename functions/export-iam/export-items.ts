import { uninjectedFindings } from '../injected.ts'
import { type Finding, judge } from '../krm-result.ts'
import type { ManifestItem } from '../manifest-item.ts'
import { readWorkloads, type Workload } from '../workload.ts'
import type { ExportConfig } from './config.ts'
import type { Grant } from './grant.ts'
import { collectGrants, type Reader } from './grants.ts'
import { roleAnnotation } from './iam-role.ts'
import { renderModule } from './terraform.ts'

export type ExportOutput = {
  readonly findings: readonly Finding[]
  readonly grants: readonly Grant[]
  /** File names to texts; empty with an error among the findings. */
  readonly files: ReadonlyMap<string, string>
}

/** The Terraform module that lets each role read exactly what its workloads declare. */
export function exportItems(items: readonly ManifestItem[], config: ExportConfig): ExportOutput {
  const { workloads, findings } = readWorkloads(items, config)
  const annotated = workloads.filter(({ pod }) => pod.annotated)
  const uninjected = config.allowUninjected ? [] : uninjectedFindings(annotated, ', or set allowUninjected')
  const { grants, findings: grantFindings } = collectGrants(annotated.map(readerOf))
  const all = judge([...findings, ...uninjected, ...grantFindings], config.strict)
  const failed = all.some(({ severity }) => severity === 'error')
  return { findings: all, grants, files: failed ? new Map() : renderModule(grants) }
}

function readerOf({ item: { object }, template, pod }: Workload): Reader {
  const role = new Map(template.annotations).get(roleAnnotation)
  const parameters = pod.declared.map(({ parameter }) => parameter)
  return { object, ...(role === undefined ? {} : { role }), parameters }
}
