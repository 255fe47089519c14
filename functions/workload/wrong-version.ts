/** Known kinds with an apiVersion that the API server does not serve. */
import { exitCode } from '../../api/exit-code.ts'
import { quote } from '../../api/diagnostic.ts'
import { didYouMean } from '../../api/suggest.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import type { Result } from '../krm/result.ts'
import { rightVersions } from './pod-template-kinds.ts'
import type { WorkloadConfig } from './workload-options.ts'

type Options = Pick<WorkloadConfig, 'nameOption' | 'podTemplates'>

/** It is injected all the same, and the API server rejects it. */
export function ofWrongVersion({ object }: ManifestItem, { podTemplates, nameOption }: Options): Result[] {
  const right = rightVersions(object, podTemplates)
  if (right === undefined) return []
  const { versions, mayBeMore } = right
  const has = mayBeMore ? 'known are' : 'Kubernetes has'
  const message = `apiVersion ${quote(object.apiVersion)} of ${object.kind} is not known: ${has} ${versions.join(', ')}`
  const { hint = '' } = didYouMean(...versions)
  return [
    {
      severity: 'warning',
      message,
      hint: mayBeMore ? `${hint} Else ${listKind(nameOption)}` : hint,
      object,
      field: ['apiVersion'],
      exit: exitCode.input,
    },
  ]
}

export function listKind(nameOption: Options['nameOption']): string {
  return `list the kind under ${nameOption('podTemplates')}`
}
