const kinds = ['pass', 'fail', 'skip'] as const
export type Kind = (typeof kinds)[number]

/** What the tests of a process share: where their TAP goes, what was counted, and which of them run. */
export class Report<Test> {
  readonly write: (text: string) => void
  /** The innermost last. */
  readonly running: Test[] = []
  readonly #counts = { pass: 0, fail: 0, skip: 0 }

  constructor(write: (text: string) => void) {
    this.write = write
  }

  count(kind: Kind): void {
    this.#counts[kind]++
  }

  /** As tap's last lines. */
  totals(): string {
    const total = kinds.reduce((sum, kind) => sum + this.#counts[kind], 0)
    const parts = kinds
      .filter((kind) => this.#counts[kind] > 0)
      .map((kind) => `, ${kind}: ${this.#counts[kind]}`)
    return `# { total: ${total}${parts.join('')} }\n`
  }
}
