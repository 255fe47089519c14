type Line<T> = { readonly items: T[]; next: number }

/** How many namespaces that were served are remembered. */
const remembered = 5000

/**
 * Whose turn it is, again and again: that of the next namespace; of one that was served before and has a short line; of one that
 * was never served; of one that was served before and has a short line.
 */
const lanes = ['next', 'known', 'new', 'known'] as const
/** A line with at most so many items is short. */
const shortLine = 4
/** Of so many turns of known namespaces, one of them gets all but one while others wait for one. */
const recentTurns = 4

/**
 * First in, first out within a namespace; the namespaces take turns, so that a large one does not delay the others. Where very many
 * namespaces wait, one that wants something seldom does not wait for a turn of each of them: every other turn is for namespaces that
 * were served before and have little to wait for. Of these, the one that was served first of all
 * comes first: namespaces that are made later, however many, do not get ahead of it.
 */
export class FairQueue<T> {
  /** In the order of their turns. None is empty. */
  readonly #lines = new Map<string, Line<T>>()
  /** The namespaces that were served, the latest last, and how many were served before them for the first time. */
  readonly #served = new Map<string, number>()
  #firstServed = 0
  /** Who had the last turns of known namespaces. */
  readonly #recent: string[] = []
  #turns = 0
  #size = 0
  readonly #longest: number

  /** @param longest how many items may wait altogether. */
  constructor(longest = Infinity) {
    this.#longest = longest
  }

  /** @returns the item that had no room: the newest of the namespace with the most items, which may be this one. */
  push(namespace: string, item: T): T | undefined {
    const line = this.#lines.get(namespace)
    if (line) line.items.push(item)
    else this.#lines.set(namespace, { items: [item], next: 0 })
    return ++this.#size > this.#longest ? this.#dropOne(namespace) : undefined
  }

  /**
   * Undefined when there is none.
   *
   * @param may whether it may be the turn of a namespace.
   */
  shift(may: (namespace: string) => boolean = () => true): T | undefined {
    const lane = lanes[this.#turns % lanes.length]
    const chosen =
      lane === 'known' ? this.#longestKnown(may) : lane === 'new' ? this.#latestNew(may) : undefined
    const namespace = chosen ?? this.#first(may)
    const line = namespace === undefined ? undefined : this.#lines.get(namespace)
    if (namespace === undefined || line === undefined) return undefined
    this.#turns++
    const item = line.items[line.next++]
    this.#noteServed(namespace)
    this.#lines.delete(namespace)
    // Shifting an array of many items moves all of them, so they are cut off in batches.
    if (line.next > 1000) {
      line.items.splice(0, line.next)
      line.next = 0
    }
    if (line.next < line.items.length) this.#lines.set(namespace, line)
    this.#size--
    return item
  }

  /** @returns whether the item waited. It does not wait any more. */
  remove(namespace: string, item: T): boolean {
    const line = this.#lines.get(namespace)
    const index = line?.items.indexOf(item, line.next) ?? -1
    if (line === undefined || index < 0) return false
    line.items.splice(index, 1)
    if (line.next === line.items.length) this.#lines.delete(namespace)
    this.#size--
    return true
  }

  /** Removes all other items. */
  retain(keep: (item: T) => boolean): void {
    this.#size = 0
    for (const [namespace, line] of this.#lines) {
      const items = line.items.slice(line.next).filter(keep)
      this.#size += items.length
      if (items.length === 0) this.#lines.delete(namespace)
      else this.#lines.set(namespace, { items, next: 0 })
    }
  }

  size(): number {
    return this.#size
  }

  sizeOf(namespace: string): number {
    const line = this.#lines.get(namespace)
    return line === undefined ? 0 : line.items.length - line.next
  }

  #first(may: (namespace: string) => boolean): string | undefined {
    for (const namespace of this.#lines.keys()) if (may(namespace)) return namespace
    return undefined
  }

  #longestKnown(may: (namespace: string) => boolean): string | undefined {
    let [longest, first] = [undefined as string | undefined, Infinity]
    for (const namespace of this.#lines.keys()) {
      const served = this.#served.get(namespace)
      if (served === undefined || this.sizeOf(namespace) > shortLine || !may(namespace)) continue
      const place = served + (this.#hadMost(namespace) ? this.#firstServed : 0)
      if (place < first) [longest, first] = [namespace, place]
    }
    if (longest === undefined) return undefined
    this.#recent.push(longest)
    if (this.#recent.length >= recentTurns) this.#recent.shift()
    return longest
  }

  /** The turns before this one were all of this namespace. */
  #hadMost(namespace: string): boolean {
    return this.#recent.length === recentTurns - 1 && this.#recent.every((one) => one === namespace)
  }

  #latestNew(may: (namespace: string) => boolean): string | undefined {
    let latest: string | undefined
    for (const namespace of this.#lines.keys()) {
      if (!this.#served.has(namespace) && may(namespace)) latest = namespace
    }
    return latest
  }

  /** @param last who came last: where several have the most items, it is the one that has to go. */
  #dropOne(last: string): T | undefined {
    let [longest, most] = [last, this.sizeOf(last)]
    for (const namespace of this.#lines.keys()) {
      if (this.sizeOf(namespace) > most) [longest, most] = [namespace, this.sizeOf(namespace)]
    }
    const line = this.#lines.get(longest)
    const item = line?.items.pop()
    this.#size--
    if (line && line.next === line.items.length) this.#lines.delete(longest)
    return item
  }

  #noteServed(namespace: string): void {
    const first = this.#served.get(namespace) ?? this.#firstServed++
    this.#served.delete(namespace)
    this.#served.set(namespace, first)
    const [oldest] = this.#served.keys()
    if (this.#served.size > remembered && oldest !== undefined) this.#served.delete(oldest)
  }
}
