/**
 * Keys to work on, with the promises of client-go's work queue: a key is worked on by one worker at a time, what is added
 * while it is worked on comes again afterwards, and however often it is added before, it comes once.
 * https://pkg.go.dev/k8s.io/client-go/util/workqueue
 */
import type { Clock } from './clock.ts'
import { delayQueue } from './delay-queue.ts'
import { fairQueue } from './fair-queue.ts'

export type WorkItem = { readonly key: string; readonly namespace: string }

/**
 * When the key is to come again. `retry`: ever more rarely, up to every ten minutes. `retry soon`: the world was busy, and
 * may not be in a moment; the same, up to every half minute.
 */
export type Next = { readonly at: number } | 'retry' | 'retry soon' | 'never'

export type WorkQueue = {
  /** @param namespace whose turn it takes. */
  readonly add: (key: string, namespace: string) => void
  /** Works until the signal. What has begun then is finished. */
  readonly work: (
    workers: number,
    work: (item: WorkItem) => Promise<Next>,
    signal: AbortSignal,
  ) => Promise<void>
  /** How many keys wait, but for those whose time has not come. */
  readonly depth: () => number
}

const shortestRetry = 1000
const longestRetries = { retry: 600_000, 'retry soon': 30_000 } as const
const longestSleep = 3_600_000

export function workQueue(clock: Clock, random: () => number): WorkQueue {
  const ready = fairQueue<WorkItem>()
  const queued = new Set<string>()
  const working = new Set<string>()
  const again = new Map<string, WorkItem>()
  const later = delayQueue()
  const namespaces = new Map<string, string>()
  const failures = new Map<string, number>()
  const idle: (() => void)[] = []
  const sleeping: number[] = []

  const add = (item: WorkItem) => {
    if (working.has(item.key)) again.set(item.key, item)
    else if (!queued.has(item.key)) {
      queued.add(item.key)
      ready.push(item.namespace, item)
      idle.pop()?.()
    }
  }
  const addAt = (item: WorkItem, at: number) => {
    namespaces.set(item.key, item.namespace)
    later.set(item.key, at)
    void wakeUp()
  }
  /** Sleeps until the earliest time, unless a sleeper wakes up before that anyway. */
  const wakeUp = async () => {
    const at = later.earliest()
    if (at === undefined || sleeping.some((one) => one <= at)) return
    sleeping.push(at)
    // A timer of Node that is set to more than 24 days fires at once.
    await clock.sleep(Math.min(Math.max(0, at - clock.now()), longestSleep), { ref: false })
    sleeping.splice(sleeping.indexOf(at), 1)
    for (const key of later.take(clock.now())) {
      add({ key, namespace: namespaces.get(key) ?? '' })
      namespaces.delete(key)
    }
    await wakeUp()
  }
  const finish = (item: WorkItem, next: Next) => {
    working.delete(item.key)
    const count = next === 'retry' || next === 'retry soon' ? (failures.get(item.key) ?? 0) + 1 : 0
    if (count > 0) failures.set(item.key, count)
    else failures.delete(item.key)
    const renewed = again.get(item.key)
    again.delete(item.key)
    if (next === 'never') later.delete(item.key)
    else if (next === 'retry' || next === 'retry soon') {
      const wait = Math.min(shortestRetry * 2 ** (count - 1), longestRetries[next])
      addAt(item, clock.now() + wait * (0.5 + random() / 2))
    } else addAt(item, next.at)
    if (renewed) add(renewed)
  }
  const worker = async (work: (item: WorkItem) => Promise<Next>, signal: AbortSignal) => {
    while (!signal.aborted) {
      const item = ready.shift()
      if (item === undefined) {
        await new Promise<void>((resolve) => idle.push(resolve))
        continue
      }
      queued.delete(item.key)
      working.add(item.key)
      finish(item, await work(item))
    }
  }
  return {
    add: (key, namespace) => add({ key, namespace }),
    async work(workers, work, signal) {
      signal.addEventListener('abort', () => {
        for (const wake of idle.splice(0)) wake()
      })
      await Promise.all(Array.from({ length: workers }, () => worker(work, signal)))
    },
    depth: () => ready.size(),
  }
}
