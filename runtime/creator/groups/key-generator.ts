/**
 * Generates RSA and GPG keys, which take from a fifth of a second to many seconds each, on a few of Node's threads. The tenants take
 * turns. Long keys run one at a time, so that a key of 2,048 bits does not wait for one of 4,096.
 */
import type { Recipe } from '../../../api/declaration/group.ts'
import type { SecretValue } from '../../secret-value.ts'
import { FairQueue } from '../../scheduling/fair-queue.ts'
import type { Tenant } from '../claims/tenants.ts'

/** @param signal a key that is not begun when it is aborted is not generated: the promise is rejected with its reason. */
type KeyGenerator = (tenant: Tenant, recipe: Recipe, signal: AbortSignal) => Promise<SecretValue>

type Request = {
  readonly tenant: Tenant
  readonly recipe: Recipe
  readonly key: PromiseWithResolvers<SecretValue>
}

const longestShortKey = 2048

/** @param parallel how many keys at a time, 2 at least. */
export function keyGenerator(
  parallel: number,
  generate: (recipe: Recipe) => Promise<SecretValue>,
): KeyGenerator {
  /** By tenant; there are no entries of those without any. */
  const runningOf = new Map<string, number>()
  /** Of the tenants that wait. */
  const limits = new Map<string, number>()
  const running = { short: 0, long: 0 }

  const levelOf = (key: string) => ((runningOf.get(key) ?? 0) < (limits.get(key) ?? 0) ? 'may' : 'full')
  const may = (level: string) => level === 'may'
  const lineOf = () => new FairQueue<Request>(Infinity, levelOf)
  const waiting = { short: lineOf(), long: lineOf() }
  const levelChanged = (key: string) => {
    waiting.short.levelChanged(key)
    waiting.long.levelChanged(key)
  }
  const next = (): Request | undefined => {
    if (running.short + running.long >= parallel) return undefined
    const long = running.long === 0 ? waiting.long.shift(may) : undefined
    return long ?? waiting.short.shift(may)
  }
  const count = (key: string, by: number) => {
    const now = (runningOf.get(key) ?? 0) + by
    if (now > 0) runningOf.set(key, now)
    else runningOf.delete(key)
    forgetIdle(key)
    levelChanged(key)
  }
  const forgetIdle = (key: string) => {
    const isIdle = !runningOf.has(key) && waiting.short.sizeOf(key) + waiting.long.sizeOf(key) === 0
    if (isIdle) limits.delete(key)
  }
  const begin = () => {
    for (let request = next(); request !== undefined; request = next()) void run(request)
  }
  const run = async ({ tenant, recipe, key }: Request) => {
    const length = recipe.size > longestShortKey ? 'long' : 'short'
    running[length]++
    count(tenant.key, 1)
    try {
      key.resolve(await generate(recipe))
    } catch (error) {
      key.reject(error)
    }
    running[length]--
    count(tenant.key, -1)
    begin()
  }
  return async (tenant, recipe, signal) => {
    signal.throwIfAborted()
    const key = Promise.withResolvers<SecretValue>()
    const request = { tenant, recipe, key }
    const line = waiting[recipe.size > longestShortKey ? 'long' : 'short']
    const leave = () => {
      if (!line.remove(tenant.key, request)) return
      forgetIdle(tenant.key)
      key.reject(signal.reason)
    }
    signal.addEventListener('abort', leave)
    limits.set(tenant.key, tenant.budgets.maxKeys)
    levelChanged(tenant.key)
    line.push(tenant.key, request)
    begin()
    return await key.promise.finally(() => signal.removeEventListener('abort', leave))
  }
}
