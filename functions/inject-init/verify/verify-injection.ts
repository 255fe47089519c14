import { exitCode } from '../../../api/exit-code.ts'
import { partNamed } from '../../workload/container-parts.ts'
import { findInjection, recordsIn } from '../../workload/find-injection.ts'
import { requireInjected } from '../../workload/require-injected.ts'
import type { InjectionRecords } from '../../workload/injection-record.ts'
import { errorsOf, judge, type Result } from '../../krm/result.ts'
import type { ReadItem, Workload } from '../../workload/workload.ts'
import { readsDomain } from '../injection/inject-pod.ts'
import { diffInjection } from './diff-injection.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { leftoverResult, refusedResult, resultsOf } from './injection-results.ts'
import { validateInit } from './validate-init.ts'

/**
 * What is wrong with the injections of an input, besides its annotations: each must be as inject-init would leave it.
 * A difference in the record alone is allowed, and so is one in init's messages, or in what the configuration does not set:
 * verify does not know the configuration that inject-init had. What makes init another program is refused wherever it is from.
 *
 * @param allowEnv the names of variables of init that are otherwise refused.
 */
export function verifyInjection(
  read: readonly ReadItem[],
  config: InjectConfig,
  allowEnv: readonly string[] = [],
): Result[] {
  return judge(
    read.flatMap((one) => verifyObject(one, config, allowEnv)),
    config.strict,
  )
}

/** The same of one object, before `strict` treats warnings as errors. */
export function verifyObject(
  { item, workloads }: ReadItem,
  config: InjectConfig,
  allowEnv: readonly string[],
): Result[] {
  if (workloads.length === 0) return []
  const { value: recorded, diagnostics } = recordsIn(item)
  if (diagnostics !== undefined) return errorsOf(diagnostics, exitCode.input, item.object)

  const annotated = workloads.filter(({ pod }) => pod.annotated)
  const records = new Map(
    annotated.flatMap(({ template }) => {
      const found = findInjection(item, template)
      return found ? [[template.key, found] as const] : []
    }),
  )
  const isFound = ({ template }: Workload) => records.has(template.key)
  const { differences, results } = diffInjection(item, annotated.filter(isFound), records, config)
  const serious = [...differences.values()].map((fields) => fields.filter(({ matters }) => matters))
  const wrong = serious.flatMap((fields) => resultsOf(fields, item.object))
  const subjects = new Set(serious.flat().map(({ subject }) => subject))
  const refused = annotated.flatMap(({ template }) => {
    const record = records.get(template.key)
    return record ? validateInit(item, template, record, config, allowEnv) : []
  })
  const ofInit = refused.filter(({ subject }) => !subjects.has(subject))
  const leftover = workloads
    .filter((one) => !one.pod.annotated && isLeftover(one, recorded, config))
    .map(({ template }) => leftoverResult('warning', template, item.object))
  return [
    ...requireInjected(annotated.filter((one) => !isFound(one))),
    ...results,
    ...wrong,
    ...ofInit.map((one) => refusedResult(one, item.object)),
    ...leftover,
  ]
}

/** Init has nothing to fetch then, and the app starts, so this must not fail a build. */
function isLeftover(
  { template }: Workload,
  recorded: InjectionRecords | undefined,
  config: InjectConfig,
): boolean {
  const record = recorded?.get(template.key)
  const container = record && partNamed(template, 'initContainers', record.container)
  return container !== undefined && readsDomain(container, config)
}
