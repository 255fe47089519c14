/** What roles read, by the events of CloudTrail. */
import { declaredKey } from '../../functions/export-iam/grants/granted-names.ts'
import type { TrailEvent } from '../trail/trail-event.ts'

export type Uses = { readonly of: (role: string) => RoleUses }

type RoleUses = {
  /** When it was last read, in milliseconds; undefined: never. @param key as declaredKey has it. */
  readonly last: (key: string) => number | undefined
  /** All that were read, as declaredKey has them, sorted. */
  readonly names: () => readonly string[]
}

/** @param where of the audited parameters: events of other accounts and regions are about others. */
export function usesOf(
  events: readonly TrailEvent[],
  where: { readonly account: string; readonly region: string },
): Uses {
  const roles = new Map<string, Map<string, number>>()
  for (const { caller, isRole, isDenied, time, reads, account, region } of events) {
    if (!isRole || isDenied || account !== where.account || region !== where.region) continue
    const times = roles.get(caller) ?? new Map<string, number>()
    roles.set(caller, times)
    for (const { what, name } of reads) {
      const key =
        what === 'secret'
          ? declaredKey('secrets', secretName(name))
          : what === 'path'
            ? `${name} (by path)`
            : name
      times.set(key, Math.max(time, times.get(key) ?? 0))
    }
  }
  return {
    of: (role) => {
      const times = roles.get(role) ?? new Map<string, number>()
      return { last: (key) => times.get(key), names: () => [...times.keys()].toSorted() }
    },
  }
}

/** Of a name or an ARN, which ends in six random characters. */
function secretName(id: string): string {
  return /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/.exec(id)?.[1] ?? id
}
