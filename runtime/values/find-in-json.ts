/**
 * The source of one value in a JSON text. JSON.parse shows the source of a number (`1e3`, twenty digits) only from Node 21 on, and keeps the last of
 * two members of one name. So JSON.parse decides what is JSON, and this reads what it has accepted once more, for the positions and the names.
 */

/** The members to follow from the root. Only the steps of a pointer are indices of arrays too. */
export type JsonPath = { readonly steps: readonly string[]; readonly isPointer: boolean }

type FoundInJson =
  /** Undefined where the path leads nowhere. */
  | { readonly source: string | undefined; readonly problem?: never }
  | { readonly source?: never; readonly problem: 'duplicate' | 'too deep' }

/** @param text that JSON.parse accepts. The whole of it is read, wherever the path leads. */
export function findInJson(text: string, path: JsonPath, mostLevels: number): FoundInJson {
  return new Reading(text, path, mostLevels).result()
}

/** No calls go deeper than the levels that are allowed. */
class Reading {
  readonly #text: string
  readonly #path: JsonPath
  readonly #mostLevels: number
  #at = 0
  #source: string | undefined
  #problem: 'duplicate' | 'too deep' | undefined

  constructor(text: string, path: JsonPath, mostLevels: number) {
    this.#text = text
    this.#path = path
    this.#mostLevels = mostLevels
  }

  result(): FoundInJson {
    this.#value(0, 0)
    return this.#problem === undefined ? { source: this.#source } : { problem: this.#problem }
  }

  /** @param followed how many steps lead here; undefined where the path leads elsewhere. */
  #value(followed: number | undefined, levels: number): void {
    this.#skipSpace()
    const start = this.#at
    const first = this.#text[start]
    if (first === '{' || first === '[') {
      if (levels === this.#mostLevels) {
        this.#problem = 'too deep'
        return
      }
      this.#at++
      if (first === '{') this.#members(followed, levels + 1)
      else this.#elements(followed, levels + 1)
    } else if (first === '"') this.#skipString()
    else while (/[^\s,\]}]/.test(this.#text[this.#at] ?? ' ')) this.#at++
    if (followed === this.#path.steps.length) this.#source = this.#text.slice(start, this.#at)
  }

  #members(followed: number | undefined, levels: number): void {
    const names = new Set<string>()
    while (this.#hasMore('}')) {
      const start = this.#at
      this.#skipString()
      const name: unknown = JSON.parse(this.#text.slice(start, this.#at))
      if (typeof name !== 'string') throw new TypeError('the name of a member is a string')
      if (names.has(name)) this.#problem = 'duplicate'
      names.add(name)
      this.#skipSpace()
      // The colon.
      this.#at++
      this.#value(this.#next(followed, name), levels)
    }
  }

  #elements(followed: number | undefined, levels: number): void {
    const inArray = this.#path.isPointer ? followed : undefined
    for (let index = 0; this.#hasMore(']'); index++) this.#value(this.#next(inArray, String(index)), levels)
  }

  #next(followed: number | undefined, step: string): number | undefined {
    return followed !== undefined && this.#path.steps[followed] === step ? followed + 1 : undefined
  }

  /** Goes to the next member or element, or behind the end. */
  #hasMore(end: '}' | ']'): boolean {
    if (this.#problem) return false
    this.#skipSpace()
    if (this.#text[this.#at] === ',') {
      this.#at++
      this.#skipSpace()
    }
    if (this.#text[this.#at] !== end) return true
    this.#at++
    return false
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#at] ?? '.')) this.#at++
  }

  #skipString(): void {
    do {
      this.#at = this.#text.indexOf('"', this.#at + 1)
    } while (this.#isEscaped())
    this.#at++
  }

  /** Whether an odd number of backslashes precedes. */
  #isEscaped(): boolean {
    let backslashes = 0
    while (this.#text[this.#at - 1 - backslashes] === '\\') backslashes++
    return backslashes % 2 === 1
  }
}
