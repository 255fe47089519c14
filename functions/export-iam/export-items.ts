import { exitCode } from '../../api/exit-code.ts'
import { uninjectedFindings } from '../injected.ts'
import { type Finding, judge } from '../krm-result.ts'
import { annotationsOf, type ManifestItem } from '../manifest-item.ts'
import { type Workload, workloadReader, type WorkloadReader } from '../workload.ts'
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

/** Collects what the module is made of, item by item. */
export type ExportReader = Pick<WorkloadReader, 'concerns'> & {
  readonly read: (item: ManifestItem) => void
  readonly end: () => ExportOutput
}

export function exportReader(config: ExportConfig): ExportReader {
  const { concerns, read, findings } = workloadReader(config)
  const uninjected: Finding[] = []
  const readers: Reader[] = []
  const accounts: Finding[] = []
  return {
    concerns: (mentions) => concerns(mentions) || mentions(accountRoleAnnotation),
    read: (item) => {
      accounts.push(...accountFindings(item))
      const annotated = read(item).filter(({ pod }) => pod.annotated)
      if (!config.allowUninjected)
        uninjected.push(...uninjectedFindings(annotated, ', or set allowUninjected'))
      readers.push(...annotated.map(readerOf))
    },
    end: () => {
      const { grants, findings: grantFindings } = collectGrants(readers, config.kmsKeys)
      const all = judge(
        [...findings(), ...uninjected, ...(grants.length > 0 ? accounts : []), ...grantFindings],
        config.strict,
      )
      const failed = all.some(({ severity }) => severity === 'error')
      return { findings: all, grants, files: failed ? new Map() : renderModule(grants, config.kmsKeys) }
    },
  }
}

/** The Terraform module that lets each role read exactly what its workloads declare. */
export function exportItems(items: readonly ManifestItem[], config: ExportConfig): ExportOutput {
  const { read, end } = exportReader(config)
  for (const item of items) read(item)
  return end()
}

/** The role of IRSA, which wins over the pod's annotation at run time. */
const accountRoleAnnotation = 'eks.amazonaws.com/role-arn'

function accountFindings(item: ManifestItem): Finding[] {
  const { object } = item
  if (object.kind !== 'ServiceAccount' || !annotationsOf(item).has(accountRoleAnnotation)) return []
  const message =
    `annotation ${accountRoleAnnotation}: is not supported yet; pods of this account run as that role, ` +
    `and it is granted nothing here, whatever their annotation ${roleAnnotation} says`
  return [{ severity: 'warning', message, object, exit: exitCode.input }]
}

function readerOf({ item: { object }, template, pod }: Workload): Reader {
  const role = new Map(template.annotations).get(roleAnnotation)
  const parameters = pod.declared.map(({ parameter }) => parameter)
  return { object, ...(role === undefined ? {} : { role }), parameters }
}
