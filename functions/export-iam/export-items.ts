import { uninjectedFindings } from '../injected.ts'
import { type Finding, judge } from '../krm-result.ts'
import type { ManifestItem } from '../manifest-item.ts'
import { lookUp, stringOf } from '../source-value.ts'
import { type Workload, workloadReader, type WorkloadReader } from '../workload.ts'
import type { ExportConfig } from './config.ts'
import type { Grant } from './grant.ts'
import { collectGrants, type Reader } from './grants.ts'
import { roleAnnotation } from './iam-role.ts'
import { affixesOf, type ServiceAccount, serviceAccountOf } from './service-accounts.ts'
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
  const serviceAccounts: ServiceAccount[] = []
  return {
    concerns: (mentions) => concerns(mentions) || mentions('ServiceAccount'),
    read: (item) => {
      const serviceAccount = serviceAccountOf(item)
      if (serviceAccount) serviceAccounts.push(serviceAccount)
      const annotated = read(item).filter(({ pod }) => pod.annotated)
      if (!config.allowUninjected)
        uninjected.push(...uninjectedFindings(annotated, ', or set allowUninjected'))
      readers.push(...annotated.map(readerOf))
    },
    end: () => {
      const { grants, findings: grantFindings } = collectGrants(readers, { ...config, serviceAccounts })
      const all = judge([...findings(), ...uninjected, ...grantFindings], config.strict)
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

function readerOf({ item, template, pod }: Workload): Reader {
  const spec = lookUp(template.node, 'spec')
  const name = stringOf(lookUp(spec, 'serviceAccountName')) ?? stringOf(lookUp(spec, 'serviceAccount'))
  const { object } = item
  return {
    object,
    // An empty name is none to the API server.
    account: { namespace: object.namespace, name: name || 'default', affixes: affixesOf(item) },
    annotated: new Map(template.annotations).get(roleAnnotation),
    parameters: pod.declared.map(({ parameter }) => parameter),
  }
}
