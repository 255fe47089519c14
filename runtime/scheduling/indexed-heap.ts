/** A binary heap from which any item may be removed, or moved when its order has changed: each in O(log n). */
export class IndexedHeap<T> {
  readonly #isBefore: (a: T, b: T) => boolean
  readonly #items: T[] = []
  readonly #places = new Map<T, number>()

  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore
  }

  first(): T | undefined {
    return this.#items[0]
  }

  /** The first of all but the first one. */
  second(): T | undefined {
    const [, left, right] = this.#items
    return left !== undefined && right !== undefined && this.#isBefore(right, left) ? right : left
  }

  /** Adds the item, or gives it the place that it has now. Nothing else has changed its order since the last call. */
  set(item: T): void {
    const place = this.#places.get(item) ?? this.#items.push(item) - 1
    this.#sink(item, this.#rise(item, place))
  }

  delete(item: T): void {
    const place = this.#places.get(item)
    const last = this.#items.at(-1)
    if (place === undefined || last === undefined) return
    this.#items.pop()
    this.#places.delete(item)
    if (last !== item) this.#sink(last, this.#rise(last, place))
  }

  #rise(item: T, from: number): number {
    let place = from
    while (place > 0) {
      const parent = (place - 1) >> 1
      const above = this.#items[parent]
      if (above === undefined || !this.#isBefore(item, above)) break
      this.#put(above, place)
      place = parent
    }
    return place
  }

  #sink(item: T, from: number): void {
    let place = from
    for (;;) {
      const [left, right] = [this.#items[2 * place + 1], this.#items[2 * place + 2]]
      if (left === undefined) break
      const isRight = right !== undefined && this.#isBefore(right, left)
      const child = isRight ? right : left
      if (!this.#isBefore(child, item)) break
      this.#put(child, place)
      place = 2 * place + (isRight ? 2 : 1)
    }
    this.#put(item, place)
  }

  #put(item: T, place: number): void {
    this.#items[place] = item
    this.#places.set(item, place)
  }
}
