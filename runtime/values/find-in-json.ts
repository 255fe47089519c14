/**
 * The sources of values in a JSON text. JSON.parse shows the source of a number (`1e3`, twenty digits) only from Node 21 on, and keeps the last of
 * two members of one name. So JSON.parse decides what is JSON, and this reads what it has accepted once more, for the positions and the names.
 */

/** The members to follow from the root. Only the steps of a pointer are indices of arrays too. */
export type JsonPath = { readonly steps: readonly string[]; readonly isPointer: boolean }

type FoundInJson =
  /** Without the paths that lead nowhere. */
  | { readonly sources: ReadonlyMap<JsonPath, string>; readonly problem?: never }
  | { readonly sources?: never; readonly problem: 'duplicate' | 'too deep' }

/** @param text that JSON.parse accepts. The whole of it is read, once, wherever the paths lead. */
export function findInJson(text: string, paths: readonly JsonPath[], mostLevels: number): FoundInJson {
  return new Reading(text, mostLevels).find(paths)
}

/** No calls go deeper than the levels that are allowed. */
class Reading {
  readonly #text: string
  readonly #mostLevels: number
  #at = 0
  readonly #sources = new Map<JsonPath, string>()
  #problem: 'duplicate' | 'too deep' | undefined

  constructor(text: string, mostLevels: number) {
    this.#text = text
    this.#mostLevels = mostLevels
  }

  find(paths: readonly JsonPath[]): FoundInJson {
    this.#value(paths, 0)
    return this.#problem === undefined ? { sources: this.#sources } : { problem: this.#problem }
  }

  /** @param paths whose steps have led here. @param levels around this one: so many steps have been followed. */
  #value(paths: readonly JsonPath[], levels: number): void {
    this.#skipSpace()
    const start = this.#at
    const first = this.#text[start]
    if (first === '{' || first === '[') {
      if (levels === this.#mostLevels) {
        this.#problem = 'too deep'
        return
      }
      this.#at++
      if (first === '{') this.#members(paths, levels + 1)
      else this.#elements(paths, levels + 1)
    } else if (first === '"') this.#skipString()
    else this.#skipScalar()
    for (const path of paths)
      if (path.steps.length === levels) this.#sources.set(path, this.#text.slice(start, this.#at))
  }

  #members(paths: readonly JsonPath[], levels: number): void {
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
      this.#value(through(paths, levels, name), levels)
    }
  }

  #elements(paths: readonly JsonPath[], levels: number): void {
    const pointers = paths.filter(({ isPointer }) => isPointer)
    for (let index = 0; this.#hasMore(']'); index++)
      this.#value(through(pointers, levels, String(index)), levels)
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
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at++
  }

  /** A number, or a word. */
  #skipScalar(): void {
    while (this.#at < this.#text.length && !isEnd(this.#text.charCodeAt(this.#at))) this.#at++
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

/** The paths whose step at this level is this one. @param levels counted from 1. */
function through(paths: readonly JsonPath[], levels: number, step: string): readonly JsonPath[] {
  return paths.length === 0 ? paths : paths.filter(({ steps }) => steps[levels - 1] === step)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

/** Of a number or a word: white space, or one of `,`, `]` and `}`. */
function isEnd(code: number): boolean {
  return isSpace(code) || code === 0x2c || code === 0x5d || code === 0x7d
}
