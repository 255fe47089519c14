/** The grants that are added and removed between two states of the manifests. */
import type { Grant } from './grant.ts'
import type { Grants } from './grants.ts'
import { declaredKey } from './granted-names.ts'
import { type KmsKeys, kmsKeyOf, secretKeyOf } from '../options/kms-keys.ts'

export type ChangedName = (
  | {
      /** With its leading slash. */
      readonly parameter: string
      readonly secret?: never
    }
  | {
      /** The name of a secret of Secrets Manager. */
      readonly secret: string
      readonly parameter?: never
    }
) & {
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
  /** Sorted by name, secrets after parameters. */
  readonly gains: readonly ChangedName[]
  readonly loses: readonly ChangedName[]
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

/** What one state grants and the other does not. */
function only(
  key: string,
  state: State,
  own: Grant | undefined,
  otherState: State,
  other: Grant | undefined,
): ChangedName[] {
  return (['parameters', 'secrets'] as const).flatMap((kind) => {
    const others = new Set(other?.[kind] ?? [])
    return (own?.[kind] ?? []).toSorted().flatMap((name): ChangedName[] => {
      const workloads = state.declaredBy.get(key)?.get(declaredKey(kind, name)) ?? []
      const named = kind === 'parameters' ? { parameter: name } : { secret: name }
      if (!others.has(name)) return [{ ...named, workloads }]
      const keyOf = kind === 'parameters' ? kmsKeyOf : secretKeyOf
      const [kmsKey, otherKey] = [state, otherState].map((one) => keyOf(name, one.kmsKeys)?.arn)
      return kmsKey === undefined || kmsKey === otherKey ? [] : [{ ...named, workloads, kmsKey }]
    })
  })
}
