/** Who takes turns with whom, and what each may occupy: a namespace, or the namespaces of a rule with `shared` together. */
import {
  type Budgets,
  defaultBudgets,
  ruleFor,
  type StoragePolicy,
} from '../../../api/storage/storage-policy.ts'

export type Tenant = {
  /** The namespace, or a name that no namespace has. */
  readonly key: string
  readonly budgets: Budgets
  /** Infinity without a policy; 0 without a rule. */
  readonly maxNewPerHour: number
}

export type Tenants = { readonly of: (namespace: string) => Tenant }

/** Which rule applies is remembered of so many namespaces. */
const remembered = 10_000

export function tenants(policy: StoragePolicy | undefined): Tenants {
  const known = new Map<string, Tenant>()
  return {
    of(namespace) {
      const before = known.get(namespace)
      if (before) return before
      if (known.size >= remembered) known.clear()
      const tenant = tenantOf(policy, namespace)
      known.set(namespace, tenant)
      return tenant
    },
  }
}

function tenantOf(policy: StoragePolicy | undefined, namespace: string): Tenant {
  const rule = policy && ruleFor(policy, namespace)
  if (policy === undefined || rule === undefined) {
    return { key: namespace, budgets: defaultBudgets, maxNewPerHour: policy ? 0 : Infinity }
  }
  const key = rule.shared ? `rule ${policy.rules.indexOf(rule)}` : namespace
  return { key, budgets: rule, maxNewPerHour: rule.maxNewPerHour }
}
