/** Declared, granted, stored and used, name by name: what is missing, too wide, unused. Pure. */
import type { Grant } from '../../functions/export-iam/grants/grant.ts'
import { declaredKeys } from '../../functions/export-iam/grants/granted-names.ts'
import type { Grants } from '../../functions/export-iam/grants/grants.ts'
import type { Uses } from './uses.ts'
import type { Verdict } from './evaluate-policy.ts'
import type { RoleRights } from './role-rights.ts'

const notChecked = 'not checked'
type NotChecked = typeof notChecked

export type AuditRow = {
  /** A role, or a workload without one. */
  readonly who: string
  /** The name of a parameter or a secret, or a resource of a policy. */
  readonly name: string
  readonly declaredBy: readonly string[]
  /** Only with a module. */
  readonly module?: 'granted' | 'not granted'
  /** Only with the policies of the role. Not checked: the role is not known, or could not be read. */
  readonly applied?: Verdict | NotChecked
  /** Of what is declared. */
  readonly stored?: 'exists' | 'missing' | 'absent' | 'unknown'
  /** Only with events: the last read, `never`, or, where the role is not known, `not checked`. */
  readonly used?: string
  /** None where all is as it should be. */
  readonly findings: readonly string[]
}

export type Audited = Omit<Grants, 'results'> & {
  /** Of the committed module; undefined: not looked at. */
  readonly module: readonly Grant[] | undefined
  /** By the keys of grants with a role; undefined: not looked at. */
  readonly applied: ReadonlyMap<string, RoleRights> | undefined
  /** By declaredKey. */
  readonly stored: (key: string) => NonNullable<AuditRow['stored']>
  /** Undefined: not looked at. */
  readonly uses: Uses | undefined
}

export function auditRows({ grants, declaredBy, module, applied, stored, uses }: Audited): AuditRow[] {
  const committed = new Map(module?.map((grant) => [grant.key, grant]))
  const own = new Map(grants.map((grant) => [grant.key, grant]))
  const keys = [...new Set([...own.keys(), ...committed.keys()])].toSorted()
  return keys.flatMap((key): AuditRow[] => {
    const grant = own.get(key)
    const declared = new Set(grant ? declaredKeys(grant) : [])
    const written = committed.get(key)
    const granted = new Set(written ? declaredKeys(written) : [])
    const rights = applied?.get(key)
    const role = (grant ?? written)?.role
    const reads = role === undefined ? undefined : uses?.of(role.name)
    const rowOf = (name: string): AuditRow => {
      const verdict = applied && (rights?.verdicts.get(name) ?? notChecked)
      const last = reads?.last(name)
      const existing = stored(name)
      const used =
        reads === undefined ? notChecked : last === undefined ? 'never' : new Date(last).toISOString()
      const isUnchecked = verdict === notChecked || (uses !== undefined && reads === undefined)
      return {
        who: key,
        name,
        declaredBy: declaredBy.get(key)?.get(name) ?? [],
        ...(module ? { module: granted.has(name) ? 'granted' : 'not granted' } : {}),
        ...(verdict === undefined ? {} : { applied: verdict }),
        stored: existing,
        ...(uses ? { used } : {}),
        findings: [
          ...(isUnchecked ? [notChecked] : []),
          ...(module && !granted.has(name) ? ['not in the module'] : []),
          ...(verdict === 'denied' ? ['the role lacks it'] : []),
          ...(verdict === 'unknown' ? ['depends on conditions'] : []),
          ...(existing === 'missing' ? ['not stored'] : []),
          ...(reads && last === undefined ? ['unused'] : []),
        ],
      }
    }
    const extra = (name: string, finding: string, more: Partial<AuditRow>): AuditRow => ({
      who: key,
      name,
      declaredBy: [],
      ...more,
      findings: [finding],
    })
    const undeclared = [...granted].filter((name) => !declared.has(name))
    const readNames = reads?.names().filter((name) => !declared.has(name)) ?? []
    return [
      ...[...declared].map(rowOf),
      ...undeclared.map((name) => extra(name, 'not declared', { module: 'granted' })),
      ...(rights?.excess ?? []).map((name) => extra(name, 'too wide', { applied: 'allowed' })),
      ...readNames.map((name) => {
        const last = reads?.last(name) ?? 0
        return extra(name, 'read, and not declared', { used: new Date(last).toISOString() })
      }),
    ]
  })
}
