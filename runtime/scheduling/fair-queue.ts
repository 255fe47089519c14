type Line<T> = { readonly items: T[]; next: number }

/** First in, first out within a namespace; the namespaces take turns, so that a large one does not delay the others. */
export class FairQueue<T> {
  /** In the order of their turns. None is empty. */
  readonly #lines = new Map<string, Line<T>>()
  #size = 0

  push(namespace: string, item: T): void {
    const line = this.#lines.get(namespace)
    if (line) line.items.push(item)
    else this.#lines.set(namespace, { items: [item], next: 0 })
    this.#size++
  }

  /** Undefined when the queue is empty. */
  shift(): T | undefined {
    for (const [namespace, line] of this.#lines) {
      const item = line.items[line.next++]
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
    return undefined
  }

  size(): number {
    return this.#size
  }

  sizeOf(namespace: string): number {
    const line = this.#lines.get(namespace)
    return line === undefined ? 0 : line.items.length - line.next
  }
}
