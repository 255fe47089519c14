import { exitCode } from '../../api/exit-code.ts'
import { kptIdAnnotations } from '../kpt-ids.ts'
import type { EditedItem, KrmFunction, Orchestrator } from '../krm-function.ts'
import { type Finding, judge } from '../krm-result.ts'
import type { ManifestItem } from '../manifest-item.ts'
import { readWorkloads, type Workload } from '../workload.ts'
import { type InjectConfig, injectOptions, parseInjectConfig } from './config.ts'
import { injectObject } from './inject-object.ts'

export type InjectOutput = { readonly edited: readonly EditedItem[]; readonly findings: readonly Finding[] }

/** Injects every annotated workload among the items. With an error among the findings nothing is to be edited. */
export function injectItems(
  items: readonly ManifestItem[],
  config: InjectConfig,
  orchestrator: Orchestrator = 'none',
): InjectOutput {
  const { workloads, findings } = readWorkloads(items, config)
  const byItem = new Map<ManifestItem, Workload[]>()
  for (const workload of workloads) {
    const { item } = workload
    byItem.set(item, [...(byItem.get(item) ?? []), workload])
  }
  const injected = [...byItem].map(([item, own]) => ({
    item,
    ...injectObject(item, own, config, orchestrator === 'kpt' ? kptIdAnnotations : []),
  }))
  const all = [...findings, ...injected.flatMap((one) => one.findings)]
  return { edited: injected, findings: judge(all, config.strict) }
}

export const injectInit: KrmFunction = {
  name: 'inject-init',
  purpose: 'Adds the init container that fetches the secrets to every annotated workload.',
  options: injectOptions,
  configKind: 'InjectInit',
  run: ({ items, config: { given, parseYaml }, orchestrator }) => {
    const { config, problems } = parseInjectConfig(given, parseYaml)
    if (problems.length === 0) return injectItems(items, config, orchestrator)
    return { findings: problems.map((message) => ({ severity: 'error', message, exit: exitCode.usage })) }
  },
}
