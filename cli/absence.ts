/** What it means that the store has, or has not, what is declared. */
import { exitCode, type ExitCode } from '../api/exit-code.ts'
import type { Declared } from '../api/pod/pod-annotations.ts'
import { exitCodeOf } from '../runtime/failure.ts'
import { defaultOf, mayBeMissing } from '../runtime/init/fetch/fetch-declared.ts'
import type { Standing } from '../runtime/store/look-up-parameters.ts'

export type ReasonOfAbsence = 'optional' | 'default'

/** Why a missing parameter is not an error. */
export function reasonOfAbsence(
  declared: Declared,
  standing: Standing | undefined,
): ReasonOfAbsence | undefined {
  if (standing !== 'missing' || !mayBeMissing(declared)) return undefined
  return defaultOf(declared.declaration) === undefined ? 'optional' : 'default'
}

export function exitOfStanding(declared: Declared, standing: Standing | undefined): ExitCode {
  if (standing === undefined || standing === 'exists') return exitCode.done
  if (standing !== 'missing') return exitCodeOf(standing)
  return mayBeMissing(declared) ? exitCode.done : exitCode.missing
}
