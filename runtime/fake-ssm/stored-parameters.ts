/** The stored versions and labels, and what a read soon after a write sees of them. */

type Version = {
  readonly version: number
  readonly value: string
  readonly type: string
  readonly tier: string
  readonly keyId?: string
  readonly description?: string
  readonly writtenAt: number
  readonly labels: Set<string>
}

/** The state after each change, the oldest first: a stale read sees an earlier one. */
type History = { readonly at: number; readonly versions: readonly Version[] }[]

/** As AWS keeps: https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const keptVersions = 100
/** More changes than any test makes before the oldest one is visible. */
const keptPast = 100

export class StoredParameters {
  readonly #histories = new Map<string, History>()
  readonly #now: () => number
  readonly #lag: (name: string) => number

  /** @param lag for how long after a write this read of the name does not see it, in milliseconds. */
  constructor(now: () => number, lag: (name: string) => number) {
    this.#now = now
    this.#lag = lag
  }

  /** The current state, which writes see, without lag. */
  newest(name: string): Version | undefined {
    return this.#nowVersions(name).at(-1)
  }

  names(): string[] {
    return [...this.#histories.keys()].filter((name) => this.newest(name) !== undefined)
  }

  add(name: string, facts: Omit<Version, 'version' | 'writtenAt' | 'labels'>): Version {
    const versions = this.#nowVersions(name)
    const number = (versions.at(-1)?.version ?? 0) + 1
    const version = { ...facts, version: number, writtenAt: this.#now(), labels: new Set<string>() }
    this.#change(name, [...versions, version].slice(-keptVersions))
    return version
  }

  delete(name: string): boolean {
    if (this.newest(name) === undefined) return false
    this.#change(name, [])
    return true
  }

  /** A label is on one version at a time. */
  label(name: string, version: number, label: string): boolean {
    const versions = this.#nowVersions(name)
    const labelled = versions.find((one) => one.version === version)
    if (labelled === undefined) return false
    for (const one of versions) one.labels.delete(label)
    labelled.labels.add(label)
    return true
  }

  /** @param selector a version's number or a label. */
  read(name: string, selector: string | undefined): Version | undefined {
    const seen = this.#now() - this.#lag(name)
    const versions = this.#histories.get(bare(name))?.findLast(({ at }) => at <= seen)?.versions ?? []
    if (selector === undefined) return versions.at(-1)
    return versions.find((one) => String(one.version) === selector || one.labels.has(selector))
  }

  #nowVersions(name: string): readonly Version[] {
    return this.#histories.get(bare(name))?.at(-1)?.versions ?? []
  }

  #change(name: string, versions: readonly Version[]): void {
    const history = this.#histories.get(bare(name)) ?? []
    history.push({ at: this.#now(), versions })
    if (history.length > keptPast) history.shift()
    this.#histories.set(bare(name), history)
  }
}

/** `/x` and `x` are one parameter. */
function bare(name: string): string {
  return name.replace(/^\//, '')
}
