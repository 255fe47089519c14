import { injectedAnnotation } from '../../api/declaration/annotation-domain.ts'
import { exitCode } from '../../api/exit-code.ts'
import { kptIdAnnotations } from '../krm/kpt-ids.ts'
import {
  type EditedItem,
  type FunctionPass,
  type KrmFunction,
  type Orchestrator,
  passWith,
} from '../krm/krm-function.ts'
import { errorsOf, judge, type Result } from '../krm/result.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import { recordsIn } from '../workload/find-injection.ts'
import { workloadReader } from '../workload/workload.ts'
import { explicitFormat, parseInjectConfig } from './options/config.ts'
import { injectObject } from './injection/inject-object.ts'
import { type InjectConfig, injectOptions } from './options/inject-config.ts'
import { validateRecordSize } from './injection/record-edit.ts'
import { warnOfGuarded } from './options/validate-env.ts'

type InjectOutput = { readonly edited: readonly EditedItem[]; readonly results: readonly Result[] }

/** Injects every annotated workload among the items. If one of the results is an error, nothing may be edited. */
export function injectItems(items: readonly ManifestItem[], config: InjectConfig): InjectOutput {
  const pass = injectPass(config, 'none')
  const edited = items.map((item) => ({ item, edits: pass.process(item) }))
  return { edited, results: pass.end().results }
}

function injectPass(config: InjectConfig, orchestrator: Orchestrator): FunctionPass {
  const reader = workloadReader(config, explicitFormat(config))
  const marks = orchestrator === 'kpt' ? kptIdAnnotations : []
  const results: Result[] = errorsOf(warnOfGuarded(config), exitCode.usage).map((one) => ({
    ...one,
    severity: 'warning',
  }))
  return {
    concerns: (contains) => reader.concerns(contains) || contains(injectedAnnotation),
    process: (item) => {
      const workloads = reader.read(item)
      if (workloads.length === 0) return []
      const { value: records, diagnostics } = recordsIn(item)
      if (diagnostics !== undefined) {
        results.push(...errorsOf(diagnostics, exitCode.input, item.object))
        return []
      }
      const injected = injectObject(item, workloads, records, config, marks)
      const tooLarge = validateRecordSize(item, injected.records)
      results.push(...injected.results, ...errorsOf(tooLarge, exitCode.input, item.object))
      return injected.edits
    },
    end: () => ({ results: judge([...reader.results(), ...results], config.strict) }),
  }
}

export const injectInit: KrmFunction = {
  name: 'inject-init',
  purpose: 'Adds the init container that fetches the secrets to every annotated workload.',
  options: injectOptions,
  configKind: 'InjectInit',
  begin: ({ config: options, orchestrator }) => {
    const { config, diagnostics } = parseInjectConfig(options)
    if (diagnostics.length === 0) return injectPass(config, orchestrator)
    return passWith(errorsOf(diagnostics, exitCode.usage))
  },
}
