/** The grants that are added and removed between two states of the manifests. */
import type { Grant } from './grant.ts'
import type { Grants } from './grants.ts'
import { type KmsKeys, kmsKeyOf } from './kms-keys.ts'

export type ChangedParameter = {
  /** With its leading slash. */
  readonly parameter: string
  /** Those that declare it, or did, sorted. */
  readonly workloads: readonly string[]
  /** The ARN of the KMS key, where nothing but the key changes. */
  readonly kmsKey?: string
}

export type GrantChange = {
  /** The grant's key: a role's name, its whole ARN, or a workload without a role. */
  readonly key: string
  /** The role's name; absent for a workload. */
  readonly role?: string
  /** Sorted by parameter. */
  readonly gains: readonly ChangedParameter[]
  readonly loses: readonly ChangedParameter[]
}

type State = Pick<Grants, 'grants' | 'declaredBy'> & { readonly kmsKeys: KmsKeys }

/** @returns sorted by key; those of whom nothing changes are left out. */
export function grantChanges(before: State, after: State): GrantChange[] {
  const byKey = ({ grants }: State) => new Map(grants.map((grant) => [grant.key, grant]))
  const [old, now] = [byKey(before), byKey(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((key) => {
      const [then, next] = [old.get(key), now.get(key)]
      const gains = only(key, after, next, before, then)
      const loses = only(key, before, then, after, next)
      if (gains.length === 0 && loses.length === 0) return []
      const role = (next ?? then)?.role?.name
      return [{ key, ...(role === undefined ? {} : { role }), gains, loses }]
    })
}

/** What one state grants and the other does not: sorted by parameter. */
function only(
  key: string,
  state: State,
  own: Grant | undefined,
  otherState: State,
  other: Grant | undefined,
): ChangedParameter[] {
  const others = new Set(other?.parameters ?? [])
  return (own?.parameters ?? []).toSorted().flatMap((parameter): ChangedParameter[] => {
    const workloads = state.declaredBy.get(key)?.get(parameter) ?? []
    if (!others.has(parameter)) return [{ parameter, workloads }]
    const [kmsKey, otherKey] = [state, otherState].map((one) => kmsKeyOf(parameter, one.kmsKeys)?.arn)
    return kmsKey === undefined || kmsKey === otherKey ? [] : [{ parameter, workloads, kmsKey }]
  })
}
