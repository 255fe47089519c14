import { type ExportOutput, grantCollector } from '../functions/export-iam/export-items.ts'
import type { ExportConfig } from '../functions/export-iam/options/config.ts'
import { warnOfModules } from '../functions/export-iam/unpack.ts'
import { explicitFormat } from '../functions/inject-init/options/config.ts'
import type { InjectConfig } from '../functions/inject-init/options/inject-config.ts'
import { verifyObject } from '../functions/inject-init/verify/verify-injection.ts'
import { judge, type Result } from '../functions/krm/result.ts'
import { workloadReader } from '../functions/workload/workload.ts'
import type { Visitor } from './visit-objects.ts'

type Verified = {
  /** In the order of what is checked: annotations and policies, modules, injections. */
  readonly results: readonly Result[]
  readonly exported: Omit<ExportOutput, 'declaredBy'> | undefined
}

/**
 * Checks objects one after the other, and keeps nothing of their trees.
 *
 * @param allowEnv as for verifyInjection. @param exportConfig undefined where no policies are needed.
 */
export function beginVerify(
  config: InjectConfig,
  allowEnv: readonly string[],
  exportConfig: ExportConfig | undefined,
): Visitor & { readonly end: () => Verified } {
  const reader = workloadReader(config, explicitFormat(config))
  const grants = exportConfig && grantCollector({ ...exportConfig, allowUninjected: true })
  const [ofModules, ofInjections]: [Result[], Result[]] = [[], []]
  return {
    add: (item) => {
      const read = { item, workloads: reader.read(item) }
      grants?.add(read)
      ofModules.push(...warnOfModules([item]))
      ofInjections.push(...verifyObject(read, config, allowEnv))
    },
    end: () => {
      const ofReading = reader.results()
      const exported = grants?.end(ofReading)
      const ofPolicies = exported?.results ?? judge(ofReading, config.strict)
      return { results: [...ofPolicies, ...judge([...ofModules, ...ofInjections], config.strict)], exported }
    },
  }
}
