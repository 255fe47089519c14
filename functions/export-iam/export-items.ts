import { exitCode } from '../../api/exit-code.ts'
import { injectedAnnotation } from '../../api/annotation-domain.ts'
import { parseRecords } from '../injection-record.ts'
import { type Finding, judge } from '../krm-result.ts'
import { annotationsOf, type ManifestItem } from '../manifest-item.ts'
import { lookUp, lookUpPath, stringOf } from '../source-value.ts'
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
  const uninjected = config.allowUninjected ? [] : annotated.filter((workload) => !isInjected(workload))
  const { grants, findings: grantFindings } = collectGrants(annotated.map(readerOf))
  const all = judge([...findings, ...uninjected.map(notInjected), ...grantFindings], config.strict)
  const failed = all.some(({ severity }) => severity === 'error')
  return { findings: all, grants, files: failed ? new Map() : renderModule(grants) }
}

/** What the record names is there: a build without the function leaves neither. */
function isInjected({ item, template }: Workload): boolean {
  const text = annotationsOf(item).get(injectedAnnotation)
  const record = text === undefined ? undefined : parseRecords(text).value?.get(template.key)
  const containers = lookUpPath(template.node, ['spec', 'initContainers'])
  if (!record || containers?.type !== 'sequence') return false
  return containers.items.some((one) => stringOf(lookUp(one, 'name')) === record.container)
}

function notInjected({ item }: Workload): Finding {
  const message =
    'is annotated but not injected: run inject-init before the export (kustomize skips functions silently ' +
    'without --enable-exec), or set allowUninjected'
  return { severity: 'error', message, object: item.object, exit: exitCode.input }
}

function readerOf({ item: { object }, template, pod }: Workload): Reader {
  const role = new Map(template.annotations).get(roleAnnotation)
  const parameters = pod.declared.map(({ parameter }) => parameter)
  return { object, ...(role === undefined ? {} : { role }), parameters }
}
