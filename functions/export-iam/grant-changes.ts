/** Who gains and who loses what, between two states of the manifests. */
import type { Grant } from './grant.ts'

export type GrantChange = {
  /** The grant's key: a role's name, its whole ARN, or a workload without a role. */
  readonly key: string
  /** The role's name; absent for a workload. */
  readonly role?: string
  /** Parameters, sorted, with their leading slash. */
  readonly gains: readonly string[]
  readonly loses: readonly string[]
}

/** @returns sorted by key; those of whom nothing changes are left out. */
export function grantChanges(before: readonly Grant[], after: readonly Grant[]): GrantChange[] {
  const [old, now] = [before, after].map((grants) => new Map(grants.map((grant) => [grant.key, grant])))
  const keys = new Set([...before, ...after].map(({ key }) => key))
  return [...keys]
    .toSorted((a, b) => (a < b ? -1 : 1))
    .flatMap((key) => {
      const [then, next] = [old?.get(key), now?.get(key)]
      const gains = without(next?.parameters ?? [], then?.parameters ?? [])
      const loses = without(then?.parameters ?? [], next?.parameters ?? [])
      if (gains.length === 0 && loses.length === 0) return []
      const role = (next ?? then)?.role?.name
      return [{ key, ...(role === undefined ? {} : { role }), gains, loses }]
    })
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const taken = new Set(others)
  return names.filter((name) => !taken.has(name)).toSorted()
}
