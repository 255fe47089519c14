/**
 * What each tenant occupies of the creator's memory, and whether it may have more. All tenants together have a part of the
 * heap. When it is full, the tenant that holds most has to give; but half of the heap is for the tenants that came first, a little for
 * each. So nobody gains by having many namespaces that hold less than an older one each.
 */
import type { Tenant, Tenants } from './tenants.ts'
import { workBytes } from './weigh.ts'

/** Which limit was reached: a field of the StoragePolicy, or the heap, which all tenants share. */
export const memoryBudgets = ['maxClaims', 'maxBytes', 'heap'] as const
export type Budget = (typeof memoryBudgets)[number]

/** @property bytes of memory: an estimate, see weigh. */
type Usage = { readonly claims: number; readonly bytes: number }

type Account = { readonly tenant: Tenant; claims: number; bytes: number }

/** Of a tenant that occupies anything: one of its claims may always be worked on. */
const tenantBytes = workBytes
/** Of the heap: what all tenants are guaranteed together, those that came first before the others, and each of them. */
const guaranteed = { all: 1 / 2, each: 1 / 64 }
/** A tenant has room again when it occupies less of each limit. */
const roomy = 0.8

export class BudgetLedger {
  readonly #tenants: Tenants
  readonly #heapBytes: number
  /** By tenant, in the order in which they came; there are none of tenants that occupy nothing. */
  readonly #accounts = new Map<string, Account>()
  #bytes = 0

  /** @param heapBytes for all tenants together. */
  constructor(tenants: Tenants, heapBytes: number) {
    this.#tenants = tenants
    this.#heapBytes = heapBytes
  }

  keyOf(namespace: string): string {
    return this.#tenants.of(namespace).key
  }

  /** Which limit the tenant of the namespace would exceed; undefined where there is room. */
  exceeded(namespace: string, { claims, bytes }: Usage): Budget | undefined {
    const { key, budgets } = this.#tenants.of(namespace)
    const used = this.#accounts.get(key)
    if (claims > 0 && (used?.claims ?? 0) + claims > budgets.maxClaims) return 'maxClaims'
    if ((used?.bytes ?? tenantBytes) + bytes > budgets.maxBytes) return 'maxBytes'
    return this.#bytes + bytes + (used ? 0 : tenantBytes) > this.#heapBytes ? 'heap' : undefined
  }

  /** The tenant that has to give when the heap is full: the one that would hold most above what it is guaranteed. */
  largest(namespace: string, { bytes }: Usage): string {
    const { key } = this.#tenants.of(namespace)
    let [largest, most, left] = [key, -1, this.#heapBytes * guaranteed.all]
    const look = (other: string, its: number) => {
      const own = Math.min(its, this.#heapBytes * guaranteed.each, left)
      left -= own
      if (its - own < most || (its - own === most && other !== key)) return
      largest = other
      most = its - own
    }
    // One that is there keeps its place. Without a copy of the accounts: it takes twenty times as long.
    for (const [other, account] of this.#accounts) look(other, account.bytes + (other === key ? bytes : 0))
    if (!this.#accounts.has(key)) look(key, tenantBytes + bytes)
    return largest
  }

  add(namespace: string, { claims, bytes }: Usage): void {
    const tenant = this.#tenants.of(namespace)
    const before = this.#accounts.get(tenant.key)
    const account = before ?? { tenant, claims: 0, bytes: tenantBytes }
    account.claims += claims
    account.bytes += bytes
    this.#bytes += bytes + (before ? 0 : tenantBytes)
    if (account.claims > 0 || account.bytes > tenantBytes) return void this.#accounts.set(tenant.key, account)
    this.#accounts.delete(tenant.key)
    this.#bytes -= tenantBytes
  }

  remove(namespace: string, { claims, bytes }: Usage): void {
    this.add(namespace, { claims: -claims, bytes: -bytes })
  }

  hasRoom(namespace: string): boolean {
    const { key, budgets } = this.#tenants.of(namespace)
    const { claims, bytes } = this.#accounts.get(key) ?? { claims: 0, bytes: 0 }
    return (
      claims < budgets.maxClaims * roomy &&
      bytes < budgets.maxBytes * roomy &&
      this.#bytes < this.#heapBytes * roomy
    )
  }

  /** How near the nearest tenant is to a limit: 1 is at the limit. */
  usedRatio(budget: Budget): number {
    if (budget === 'heap') return this.#bytes / this.#heapBytes
    const [used, limit] =
      budget === 'maxClaims' ? (['claims', 'maxClaims'] as const) : (['bytes', 'maxBytes'] as const)
    let ratio = 0
    for (const account of this.#accounts.values()) {
      ratio = Math.max(ratio, account[used] / Math.max(1, account.tenant.budgets[limit]))
    }
    return ratio
  }
}
