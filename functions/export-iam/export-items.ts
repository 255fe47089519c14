import type { Diagnostic } from '../../api/diagnostic.ts'
import { checked, type Parsed } from '../../api/parsed.ts'
import { exitCode } from '../../api/exit-code.ts'
import { isInSecretsManager } from '../../api/declaration/declaration.ts'
import type { Declared } from '../../api/pod/pod-annotations.ts'
import { requireInjected } from '../workload/require-injected.ts'
import { warnOfLocal } from '../workload/warn-of-local.ts'
import { errorsOf, judge, type Result } from '../krm/result.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import { lookUp, stringOf } from '../yaml/value.ts'
import {
  type ReadItem,
  readItems,
  readsStore,
  type Workload,
  workloadReader,
  type WorkloadReader,
} from '../workload/workload.ts'
import type { ExportConfig } from './options/config.ts'
import type { Grant } from './grants/grant.ts'
import type { GrantedNames } from './grants/granted-names.ts'
import { collectGrants, declaredBy, type Grants, type Reader } from './grants/grants.ts'
import { roleAnnotation } from './options/iam-role.ts'
import { foreignKeys, type KmsKey, kmsKeyOf, secretKeyOf } from './options/kms-keys.ts'
import { knownTarget, awsTargetOf } from './grants/aws-target.ts'
import type { AwsTarget } from './grants/policy.ts'
import { formatPoliciesJson, policiesJson } from './terraform/policies-json.ts'
import { affixesOf, type ServiceAccount, serviceAccountOf } from './grants/service-accounts.ts'
import { misplacedRoles, misspeltRoles } from './grants/role-annotations.ts'
import { renderModule } from './terraform/terraform.ts'

type Collected = ReturnType<typeof collectGrants> & {
  /** How many annotated pod templates there are. */
  readonly annotated: number
  /** File names to texts; empty with an error among the results. */
  readonly files: ReadonlyMap<string, string>
}

export type ExportOutput = Omit<Collected, 'declarers'> & Pick<Grants, 'declaredBy'>

/** Collects what the module is made of, item by item. */
type ExportReader = Pick<WorkloadReader, 'concerns'> & {
  readonly read: (item: ManifestItem) => void
  readonly end: () => Collected
}

export function exportReader(config: ExportConfig): ExportReader {
  const { concerns, read, results } = workloadReader(config)
  const { add, end } = grantCollector(config)
  return {
    concerns: (contains) => concerns(contains) || contains('ServiceAccount'),
    read: (item) => add({ item, workloads: read(item) }),
    end: () => end(results()),
  }
}

type GrantCollector = {
  readonly add: (read: ReadItem) => void
  /** @param results of reading the items. */
  readonly end: (results: readonly Result[]) => Collected
}

/** Collects the same of items that are read already, one after the other. */
export function grantCollector(config: ExportConfig): GrantCollector {
  const uninjected: Result[] = []
  const readers: Reader[] = []
  const local: Workload[] = []
  const serviceAccounts: ServiceAccount[] = []
  const misspelt: Result[] = []
  return {
    add: ({ item, workloads }) => {
      const serviceAccount = serviceAccountOf(item)
      if (serviceAccount) {
        serviceAccounts.push(serviceAccount)
        misspelt.push(...misspeltRoles(item))
      }
      const annotated = workloads.filter(({ pod }) => pod.annotated)
      if (!config.allowUninjected)
        uninjected.push(...requireInjected(annotated, `, or set ${config.nameOption('allowUninjected')}`))
      local.push(...annotated.filter((one) => !readsStore(one)))
      for (const workload of annotated.filter(readsStore)) {
        const reader = readerOf(workload)
        readers.push(reader)
        misspelt.push(...misplacedRoles(item, workload.template, reader.account.name))
      }
    },
    end: (results) => {
      const { results: grantResults, ...grants } = collectGrants(readers, { ...config, serviceAccounts })
      const granted = { ...grants, annotated: readers.length + local.length }
      // Tools that annotate everything put it on the ServiceAccount too.
      const isOfPods = readers.some(({ annotated }) => annotated !== undefined)
      const unread = isOfPods ? misspelt.filter(({ field }) => field?.at(-1) !== roleAnnotation) : misspelt
      const all = judge(
        [
          ...results,
          ...uninjected,
          ...local.flatMap((one) => warnOfLocal(one, 'it gets no policy')),
          ...unread,
          ...grantResults,
        ],
        config.strict,
      )
      if (all.some(({ severity }) => severity === 'error')) {
        return { ...granted, results: all, files: new Map() }
      }
      const { value: files, diagnostics } = renderFiles(granted.grants, config)
      if (diagnostics === undefined) return { ...granted, results: all, files }
      return { ...granted, results: [...all, ...errorsOf(diagnostics, exitCode.usage)], files: new Map() }
    },
  }
}

function renderFiles(grants: readonly Grant[], config: ExportConfig): Parsed<ReadonlyMap<string, string>> {
  const { kmsKeys, format } = config
  if (format === 'terraform') {
    const wrong = validateKeys(grants, config, knownTarget(config, grants))
    return checked(renderModule(grants, kmsKeys), wrong)
  }
  const { value: target, diagnostics } = awsTargetOf(config, grants)
  if (diagnostics !== undefined) return { diagnostics }
  const files = new Map([[policiesJson, formatPoliciesJson(grants, kmsKeys, target)]])
  return checked(files, validateKeys(grants, config, target))
}

function validateKeys(
  grants: readonly Grant[],
  { kmsKeys, nameOption }: ExportConfig,
  { partition, region }: AwsTarget,
): Diagnostic | undefined {
  const where = [...(region === '' ? [] : [region]), ...(partition === '' ? [] : [`partition ${partition}`])]
  const foreign = (service: string, what: string, keys: readonly (KmsKey | undefined)[]) => {
    const arns = foreignKeys(keys, { partition, region })
    if (arns.length === 0) return undefined
    const message = `${nameOption('kmsKeys')}: ${service} requires keys in the region of the ${what} (${where.join(' in ')}), not ${arns.join(', ')}`
    return { message }
  }
  const ofParameters = grants.flatMap((grant) => grant.parameters.map((name) => kmsKeyOf(name, kmsKeys)))
  const ofSecrets = grants.flatMap((grant) => grant.secrets.map((name) => secretKeyOf(name, kmsKeys)))
  return foreign('SSM', 'parameters', ofParameters) ?? foreign('Secrets Manager', 'secrets', ofSecrets)
}

/** The Terraform module that lets each role read exactly what its workloads declare. */
export function exportItems(items: readonly ManifestItem[], config: ExportConfig): ExportOutput {
  const { read, results } = readItems(items, config)
  return exportRead(read, results, config)
}

/** Likewise of items that are read already. @param results of reading them. */
export function exportRead(
  read: readonly ReadItem[],
  results: readonly Result[],
  config: ExportConfig,
): ExportOutput {
  const { add, end } = grantCollector(config)
  for (const one of read) add(one)
  const { declarers, ...output } = end(results)
  return { ...output, declaredBy: declaredBy(declarers) }
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
    ...namesOf(pod.declared),
  }
}

function namesOf(declared: readonly Declared[]): GrantedNames {
  const names = (isSecret: boolean) =>
    declared
      .filter(({ declaration }) => isInSecretsManager(declaration) === isSecret)
      .map(({ parameter }) => parameter)
  return { parameters: names(false), secrets: names(true) }
}
