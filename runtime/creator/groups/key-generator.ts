/**
 * Generates RSA keys, which take from a fifth of a second to many seconds each, on a few of Node's threads. The tenants take
 * turns. Long keys run one at a time, so that a key of 2,048 bits does not wait for one of 4,096.
 */
import type { SecretValue } from '../../secret-value.ts'
import { FairQueue } from '../../scheduling/fair-queue.ts'
import type { Tenant } from '../claims/tenants.ts'

type KeyGenerator = (tenant: Tenant, size: number) => Promise<SecretValue>

type Request = {
  readonly tenant: Tenant
  readonly size: number
  readonly key: PromiseWithResolvers<SecretValue>
}

const longestShortKey = 2048

/** @param parallel how many keys at a time, 2 at least. */
export function keyGenerator(
  parallel: number,
  generate: (size: number) => Promise<SecretValue>,
): KeyGenerator {
  const waiting = { short: new FairQueue<Request>(), long: new FairQueue<Request>() }
  /** By tenant; there are no entries of those without any. */
  const runningOf = new Map<string, number>()
  /** Of the tenants that wait. */
  const limits = new Map<string, number>()
  const running = { short: 0, long: 0 }

  const may = (key: string) => (runningOf.get(key) ?? 0) < (limits.get(key) ?? 0)
  const next = (): Request | undefined => {
    if (running.short + running.long >= parallel) return undefined
    const long = running.long === 0 ? waiting.long.shift(may) : undefined
    return long ?? waiting.short.shift(may)
  }
  const count = (key: string, by: number) => {
    const now = (runningOf.get(key) ?? 0) + by
    if (now > 0) runningOf.set(key, now)
    else runningOf.delete(key)
    if (now === 0 && waiting.short.sizeOf(key) + waiting.long.sizeOf(key) === 0) limits.delete(key)
  }
  const begin = () => {
    for (let request = next(); request !== undefined; request = next()) void run(request)
  }
  const run = async ({ tenant, size, key }: Request) => {
    const length = size > longestShortKey ? 'long' : 'short'
    running[length]++
    count(tenant.key, 1)
    try {
      key.resolve(await generate(size))
    } catch (error) {
      key.reject(error)
    }
    running[length]--
    count(tenant.key, -1)
    begin()
  }
  return (tenant, size) => {
    const key = Promise.withResolvers<SecretValue>()
    limits.set(tenant.key, tenant.budgets.maxKeys)
    waiting[size > longestShortKey ? 'long' : 'short'].push(tenant.key, { tenant, size, key })
    begin()
    return key.promise
  }
}
