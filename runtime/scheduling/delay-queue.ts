type Entry<T> = { readonly key: string; readonly at: number; readonly item: T }

/** Below this many entries there is nothing to save. */
const smallHeap = 64

/** Items with a key and a time each, the earliest first. An item that is set again under its key has the later time only. */
export class DelayQueue<T> {
  readonly #entries = new Map<string, Entry<T>>()
  /** A binary heap. An entry that was replaced or deleted stays in it until it is the first, or too many are. */
  #heap: Entry<T>[] = []

  set(key: string, at: number, item: T): void {
    const entry = { key, at, item }
    this.#entries.set(key, entry)
    this.#push(entry)
    this.#compact()
  }

  delete(key: string): void {
    if (this.#entries.delete(key)) this.#compact()
  }

  /** The earliest time; undefined when the queue is empty. */
  earliest(): number | undefined {
    return this.#head()?.at
  }

  /** Removes and returns the items whose time has come. */
  take(now: number): T[] {
    const due: T[] = []
    for (let entry = this.#head(); entry !== undefined && entry.at <= now; entry = this.#head()) {
      this.#pop()
      this.#entries.delete(entry.key)
      due.push(entry.item)
    }
    return due
  }

  /** How many entries are kept in memory, with those that were replaced or deleted. */
  kept(): number {
    return this.#heap.length
  }

  #head(): Entry<T> | undefined {
    for (let [entry] = this.#heap; entry !== undefined; [entry] = this.#heap) {
      if (this.#entries.get(entry.key) === entry) return entry
      this.#pop()
    }
    return undefined
  }

  /** Drops what is not in use once it is the larger half, so that keys that come and go take no memory until their time. */
  #compact(): void {
    if (this.#heap.length <= smallHeap || this.#heap.length <= 2 * this.#entries.size) return
    // A sorted array is a heap.
    this.#heap = [...this.#entries.values()].toSorted((a, b) => a.at - b.at)
  }

  #push(entry: Entry<T>): void {
    const heap = this.#heap
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

  #pop(): void {
    const heap = this.#heap
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
}
