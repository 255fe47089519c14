/** First in, first out inside a namespace; the namespaces take turns, so that a large one does not keep others waiting. */
export type FairQueue<T> = {
  readonly push: (namespace: string, item: T) => void
  /** Undefined when it is empty. */
  readonly shift: () => T | undefined
  readonly size: () => number
  readonly sizeOf: (namespace: string) => number
}

export function fairQueue<T>(): FairQueue<T> {
  /** In the order of their turns. None is empty. */
  const lines = new Map<string, { items: T[]; next: number }>()
  let size = 0
  return {
    push(namespace, item) {
      const line = lines.get(namespace)
      if (line) line.items.push(item)
      else lines.set(namespace, { items: [item], next: 0 })
      size++
    },
    shift() {
      for (const [namespace, line] of lines) {
        const item = line.items[line.next++]
        lines.delete(namespace)
        // Cut off rarely: shifting an array of many items moves all of them.
        if (line.next > 1000) {
          line.items.splice(0, line.next)
          line.next = 0
        }
        if (line.next < line.items.length) lines.set(namespace, line)
        size--
        return item
      }
      return undefined
    },
    size: () => size,
    sizeOf: (namespace) => {
      const line = lines.get(namespace)
      return line === undefined ? 0 : line.items.length - line.next
    },
  }
}
