/** The grants that are added and removed between two states of the manifests. */
import type { Grants } from './grants.ts'

export type ChangedParameter = {
  /** With its leading slash. */
  readonly parameter: string
  /** Those that declare it, or did, sorted. */
  readonly workloads: readonly string[]
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

type State = Pick<Grants, 'grants' | 'declaredBy'>

/** @returns sorted by key; those of whom nothing changes are left out. */
export function grantChanges(before: State, after: State): GrantChange[] {
  const byKey = ({ grants }: State) => new Map(grants.map((grant) => [grant.key, grant]))
  const [old, now] = [byKey(before), byKey(after)]
  return [...new Set([...old.keys(), ...now.keys()])]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((key) => {
      const [then, next] = [old.get(key), now.get(key)]
      const only = ({ declaredBy }: State, own: typeof then, other: typeof then): ChangedParameter[] =>
        without(own?.parameters ?? [], other?.parameters ?? []).map((parameter) => ({
          parameter,
          workloads: declaredBy.get(key)?.get(parameter) ?? [],
        }))
      const gains = only(after, next, then)
      const loses = only(before, then, next)
      if (gains.length === 0 && loses.length === 0) return []
      const role = (next ?? then)?.role?.name
      return [{ key, ...(role === undefined ? {} : { role }), gains, loses }]
    })
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const taken = new Set(others)
  return names.filter((name) => !taken.has(name)).toSorted()
}
