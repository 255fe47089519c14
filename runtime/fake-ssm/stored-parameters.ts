/** What the fake server has stored: versions, labels, and what a read sees of them that comes soon after a write. */

export type Version = {
  readonly version: number
  readonly value: string
  readonly type: string
  readonly tier: string
  readonly keyId?: string
  readonly description?: string
  readonly writtenAt: number
  readonly labels: Set<string>
}

type History = {
  readonly versions: Version[]
  /** What was there before the last write, for reads that do not see that write yet. */
  before: readonly Version[]
  changedAt: number
}

/** As AWS keeps: https://docs.aws.amazon.com/general/latest/gr/ssm.html */
const keptVersions = 100

export class StoredParameters {
  readonly #histories = new Map<string, History>()
  readonly #now: () => number
  readonly #lag: (name: string) => number

  /** @param lag for how long after a write this read of the name does not see it, in milliseconds. */
  constructor(now: () => number, lag: (name: string) => number) {
    this.#now = now
    this.#lag = lag
  }

  /** As the writer's side knows it, without any lag. */
  newest(name: string): Version | undefined {
    return this.#histories.get(bare(name))?.versions.at(-1)
  }

  names(): string[] {
    return [...this.#histories].flatMap(([name, { versions }]) => (versions.length > 0 ? [name] : []))
  }

  add(name: string, facts: Omit<Version, 'version' | 'writtenAt' | 'labels'>): Version {
    const history = this.#change(name)
    const number = (history.versions.at(-1)?.version ?? 0) + 1
    const version = { ...facts, version: number, writtenAt: this.#now(), labels: new Set<string>() }
    history.versions.push(version)
    if (history.versions.length > keptVersions) history.versions.shift()
    return version
  }

  delete(name: string): boolean {
    const history = this.#histories.get(bare(name))
    if (history === undefined || history.versions.length === 0) return false
    this.#change(name).versions.length = 0
    return true
  }

  /** A label is on one version at a time. */
  label(name: string, version: number, label: string): boolean {
    const versions = this.#histories.get(bare(name))?.versions ?? []
    const labelled = versions.find((one) => one.version === version)
    if (labelled === undefined) return false
    for (const one of versions) one.labels.delete(label)
    labelled.labels.add(label)
    return true
  }

  /** @param selector a version's number or a label. */
  read(name: string, selector: string | undefined): Version | undefined {
    const history = this.#histories.get(bare(name))
    if (history === undefined) return undefined
    const isSeen = this.#now() - history.changedAt >= this.#lag(name)
    const versions = isSeen ? history.versions : history.before
    if (selector === undefined) return versions.at(-1)
    return versions.find((one) => String(one.version) === selector || one.labels.has(selector))
  }

  #change(name: string): History {
    const history = this.#histories.get(bare(name)) ?? { versions: [], before: [], changedAt: 0 }
    history.before = [...history.versions]
    history.changedAt = this.#now()
    this.#histories.set(bare(name), history)
    return history
  }
}

/** `/x` and `x` are one parameter. */
function bare(name: string): string {
  return name.replace(/^\//, '')
}
