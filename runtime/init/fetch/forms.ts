import type { KeyForm } from '../../../api/declaration/key-form.ts'
import type { Declared } from '../../../api/pod/pod-annotations.ts'

/** What a declaration makes of what is stored, in this order. */
type Forms = {
  readonly jsonKey?: string | undefined
  readonly decode?: 'base64' | undefined
  readonly as?: KeyForm | undefined
}

export function formsOf({ declaration }: Declared): Forms {
  const { jsonKey, decode, as }: Forms = declaration
  return { jsonKey, decode, as }
}

/** Whether another value is delivered than the one that is stored. */
export function needsShaping(declared: Declared): boolean {
  return Object.values(formsOf(declared)).some((form) => form !== undefined)
}
