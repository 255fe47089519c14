/** How many bytes are remembered, at most twice: of those that were asked for recently, and of those before them. */
const mostBytes = 256 * 1024
/** What is longer is rare, and parsed each time. */
const longest = 4096

/** Parses equal bytes once: the pods of one workload have the same annotations and the same owner. */
export class ByteMemo<T> {
  readonly #parse: (text: string) => T
  #recent = new Map<string, T>()
  #before = new Map<string, T>()
  #bytes = 0

  constructor(parse: (text: string) => T) {
    this.#parse = parse
  }

  of(bytes: Buffer, start: number, end: number): T {
    if (end - start > longest) return this.#parse(bytes.toString('utf8', start, end))
    // One character for each byte, so that different bytes are different texts.
    const key = bytes.toString('latin1', start, end)
    const recent = this.#recent.get(key)
    if (recent !== undefined) return recent
    const value = this.#before.get(key) ?? this.#parse(bytes.toString('utf8', start, end))
    this.#remember(key, value)
    return value
  }

  #remember(key: string, value: T): void {
    this.#bytes += key.length
    if (this.#bytes > mostBytes) {
      this.#before = this.#recent
      this.#recent = new Map()
      this.#bytes = key.length
    }
    this.#recent.set(key, value)
  }
}
