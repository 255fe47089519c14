import { IndexedHeap } from './indexed-heap.ts'

type Line<T> = {
  readonly namespace: string
  items: T[]
  next: number
  /** The lines have their turns in this order. */
  turn: number
  /** How many namespaces were served for the first time before this one; undefined for one that is not remembered. */
  served: number | undefined
  level: string
}

/** The lines of one level. */
type Lanes<T> = {
  readonly next: IndexedHeap<Line<T>>
  readonly known: IndexedHeap<Line<T>>
  readonly new: IndexedHeap<Line<T>>
}

/** How many namespaces that were served are remembered. */
const mostRemembered = 5000

/**
 * Whose turn it is, again and again: that of the next namespace; of one that was served before and has a short line; of one that
 * was never served; of one that was served before and has a short line.
 */
const lanes = ['next', 'known', 'new', 'known'] as const
/** A line with at most so many items is short. */
const shortLine = 4
/** Of so many turns of known namespaces, one of them gets all but one while others wait for one. */
const recentTurns = 4

const lengthOf = ({ items, next }: Line<unknown>) => items.length - next
const isEarlier = (a: Line<unknown>, b: Line<unknown>) => a.turn < b.turn
const isLater = (a: Line<unknown>, b: Line<unknown>) => a.turn > b.turn
const wasServedBefore = (a: Line<unknown>, b: Line<unknown>) => (a.served ?? 0) < (b.served ?? 0)
const isLonger = (a: Line<unknown>, b: Line<unknown>) =>
  lengthOf(a) > lengthOf(b) || (lengthOf(a) === lengthOf(b) && isEarlier(a, b))

/**
 * First in, first out within a namespace; the namespaces take turns, so that a large one does not delay the others. Where very many
 * namespaces wait, one that wants something seldom does not wait for a turn of each of them: every other turn is for namespaces that
 * were served before and have little to wait for. Of these, the one that was served first of all
 * comes first: namespaces that are made later, however many, do not get ahead of it. A turn takes O(log n) of the namespaces.
 */
export class FairQueue<T> {
  /** None is empty. */
  readonly #lines = new Map<string, Line<T>>()
  readonly #levels = new Map<string, Lanes<T>>()
  /** Only where not everything may wait. */
  readonly #byLength: IndexedHeap<Line<T>> | undefined
  /** The namespaces that were served, the latest last, and how many were served before them for the first time. */
  readonly #served = new Map<string, number>()
  #firstServed = 0
  /** Who had the last turns of known namespaces. */
  readonly #recent: string[] = []
  #turns = 0
  #lastTurn = 0
  #size = 0
  readonly #longest: number
  readonly #remembered: number
  readonly #levelOf: (namespace: string) => string

  /**
   * @param longest how many items may wait altogether.
   * @param levelOf what decides whether it may be the turn of a namespace: there are few levels. Without it, it always may.
   * @param remembered how many namespaces that were served are remembered.
   */
  constructor(
    longest = Infinity,
    levelOf: (namespace: string) => string = () => '',
    remembered = mostRemembered,
  ) {
    this.#longest = longest
    this.#remembered = remembered
    this.#levelOf = levelOf
    if (longest < Infinity) this.#byLength = new IndexedHeap<Line<T>>(isLonger)
  }

  /** @returns the item that had no room: the newest of the namespace with the most items, which may be this one. */
  push(namespace: string, item: T): T | undefined {
    const line = this.#lines.get(namespace) ?? this.#open(namespace)
    line.items.push(item)
    this.#place(line)
    return ++this.#size > this.#longest ? this.#dropOne(line) : undefined
  }

  /**
   * Undefined when there is none.
   *
   * @param may whether it may be the turn of a namespace of this level.
   */
  shift(may: (level: string) => boolean = () => true): T | undefined {
    const open: Lanes<T>[] = []
    for (const [level, its] of this.#levels) if (may(level)) open.push(its)
    const lane = lanes[this.#turns % lanes.length]
    const chosen = lane === 'known' ? this.#longestKnown(open) : lane === 'new' ? latestNew(open) : undefined
    const line = chosen ?? firstOf(open, 'next', isEarlier)
    if (line === undefined) return undefined
    this.#turns++
    const item = line.items[line.next++]
    this.#noteServed(line)
    // Shifting an array of many items moves all of them, so they are cut off in batches.
    if (line.next > 1000) {
      line.items.splice(0, line.next)
      line.next = 0
    }
    line.turn = ++this.#lastTurn
    this.#place(line)
    this.#forgetOldest()
    this.#size--
    return item
  }

  /** The level of the namespace may have changed. */
  levelChanged(namespace: string): void {
    const line = this.#lines.get(namespace)
    if (line) this.#place(line)
  }

  /** @returns whether the item waited. It does not wait any more. */
  remove(namespace: string, item: T): boolean {
    const line = this.#lines.get(namespace)
    const index = line?.items.indexOf(item, line.next) ?? -1
    if (line === undefined || index < 0) return false
    line.items.splice(index, 1)
    this.#place(line)
    this.#size--
    return true
  }

  /** Removes all other items. */
  retain(keep: (item: T) => boolean): void {
    this.#size = 0
    for (const line of this.#lines.values()) {
      line.items = line.items.slice(line.next).filter(keep)
      line.next = 0
      this.#size += line.items.length
      this.#place(line)
    }
  }

  size(): number {
    return this.#size
  }

  sizeOf(namespace: string): number {
    const line = this.#lines.get(namespace)
    return line === undefined ? 0 : lengthOf(line)
  }

  #open(namespace: string): Line<T> {
    const line: Line<T> = {
      namespace,
      items: [],
      next: 0,
      turn: ++this.#lastTurn,
      served: this.#served.get(namespace),
      level: this.#levelOf(namespace),
    }
    this.#lines.set(namespace, line)
    return line
  }

  #lanesOf(level: string): Lanes<T> {
    const before = this.#levels.get(level)
    if (before) return before
    const made: Lanes<T> = {
      next: new IndexedHeap<Line<T>>(isEarlier),
      known: new IndexedHeap<Line<T>>(wasServedBefore),
      new: new IndexedHeap<Line<T>>(isLater),
    }
    this.#levels.set(level, made)
    return made
  }

  /** Anything of the line has changed. */
  #place(line: Line<T>): void {
    const length = lengthOf(line)
    const level = this.#levelOf(line.namespace)
    if (length === 0 || level !== line.level) {
      const left = this.#lanesOf(line.level)
      for (const lane of lanes) left[lane].delete(line)
    }
    if (length === 0) {
      this.#byLength?.delete(line)
      this.#lines.delete(line.namespace)
      return
    }
    line.level = level
    const { next, known, new: fresh } = this.#lanesOf(level)
    next.set(line)
    if (line.served !== undefined && length <= shortLine) known.set(line)
    else known.delete(line)
    if (line.served === undefined) fresh.set(line)
    else fresh.delete(line)
    this.#byLength?.set(line)
  }

  #longestKnown(open: readonly Lanes<T>[]): Line<T> | undefined {
    const hadMost = this.#hadMost()
    let longest: Line<T> | undefined
    for (const { known } of open) {
      const first = known.first()
      const line = first?.namespace === hadMost ? known.second() : first
      if (line && (longest === undefined || wasServedBefore(line, longest))) longest = line
    }
    longest ??= firstOf(open, 'known', wasServedBefore)
    if (longest === undefined) return undefined
    this.#recent.push(longest.namespace)
    if (this.#recent.length >= recentTurns) this.#recent.shift()
    return longest
  }

  /** Whose turns those before this one were, if all were of one namespace. */
  #hadMost(): string | undefined {
    const [first] = this.#recent
    return this.#recent.length === recentTurns - 1 && this.#recent.every((one) => one === first)
      ? first
      : undefined
  }

  /** @param last who came last: where several have the most items, it is the one that has to go. */
  #dropOne(last: Line<T>): T | undefined {
    const longest = this.#byLength?.first()
    const line = longest !== undefined && lengthOf(longest) > lengthOf(last) ? longest : last
    const item = line.items.pop()
    this.#place(line)
    this.#size--
    return item
  }

  #noteServed(line: Line<T>): void {
    const { namespace } = line
    line.served = this.#served.get(namespace) ?? this.#firstServed++
    this.#served.delete(namespace)
    this.#served.set(namespace, line.served)
  }

  #forgetOldest(): void {
    const [oldest] = this.#served.keys()
    if (this.#served.size <= this.#remembered || oldest === undefined) return
    this.#served.delete(oldest)
    const forgotten = this.#lines.get(oldest)
    if (forgotten === undefined) return
    forgotten.served = undefined
    this.#place(forgotten)
  }
}

function latestNew<T>(open: readonly Lanes<T>[]): Line<T> | undefined {
  return firstOf(open, 'new', isLater)
}

function firstOf<T>(
  open: readonly Lanes<T>[],
  lane: keyof Lanes<T>,
  isBefore: (a: Line<T>, b: Line<T>) => boolean,
): Line<T> | undefined {
  let first: Line<T> | undefined
  for (const its of open) {
    const line = its[lane].first()
    if (line && (first === undefined || isBefore(line, first))) first = line
  }
  return first
}
