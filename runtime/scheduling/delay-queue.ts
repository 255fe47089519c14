/** Keys that are due at some time, the earliest first. A key has one time: the last that was set. */
export type DelayQueue = {
  readonly set: (key: string, at: number) => void
  readonly delete: (key: string) => void
  /** The time of the earliest; undefined when there is none. */
  readonly earliest: () => number | undefined
  /** Takes the keys that are due. */
  readonly take: (now: number) => string[]
}

type Entry = { readonly key: string; readonly at: number }

export function delayQueue(): DelayQueue {
  const times = new Map<string, number>()
  /** A binary heap, with entries that have been overtaken by a later set. */
  const heap: Entry[] = []

  const push = (entry: Entry) => {
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent]
      if (above === undefined || above.at <= entry.at) break
      heap[index] = above
      index = parent
    }
    heap[index] = entry
  }
  const pop = () => {
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]]
      if (left === undefined) break
      const [child, at] =
        right !== undefined && right.at < left.at ? [right, 2 * index + 2] : [left, 2 * index + 1]
      if (child.at >= last.at) break
      heap[index] = child
      index = at
    }
    heap[index] = last
  }
  const head = (): Entry | undefined => {
    for (let [entry] = heap; entry !== undefined; [entry] = heap) {
      if (times.get(entry.key) === entry.at) return entry
      pop()
    }
    return undefined
  }
  return {
    set(key, at) {
      if (times.get(key) === at) return
      times.set(key, at)
      push({ key, at })
    },
    delete: (key) => void times.delete(key),
    earliest: () => head()?.at,
    take(now) {
      const due: string[] = []
      for (let entry = head(); entry !== undefined && entry.at <= now; entry = head()) {
        pop()
        times.delete(entry.key)
        due.push(entry.key)
      }
      return due
    },
  }
}
