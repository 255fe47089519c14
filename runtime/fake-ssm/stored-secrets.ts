/** The secrets of Secrets Manager with their versions and staging labels, and what a read soon after a change sees of them. */
import { createHash, randomUUID } from 'node:crypto'

/** Text, or the bytes of a binary secret. */
type SecretContent = string | Buffer

type SecretVersion = {
  readonly id: string
  readonly content: SecretContent
  readonly labels: readonly string[]
}

type Secret = {
  readonly arn: string
  readonly versions: readonly SecretVersion[]
  /** Marked for deletion: it still exists, but its value cannot be read. */
  readonly deletedAt?: number
}

/** More changes than any test makes before the oldest one is visible. */
const keptPast = 100

export class StoredSecrets {
  readonly #histories = new Map<string, { readonly at: number; readonly secret: Secret | undefined }[]>()
  readonly #now: () => number
  readonly #lag: (name: string) => number
  readonly #arnPrefix: string

  /** @param lag for how long after a change this read of the name does not see it, in milliseconds. */
  constructor(arnPrefix: string, now: () => number, lag: (name: string) => number) {
    this.#arnPrefix = arnPrefix
    this.#now = now
    this.#lag = lag
  }

  /** The ARN of a secret ends in six random characters; that of a name without a secret does not, so no wildcard matches it. */
  arnOf(name: string): string {
    return this.#newest(name)?.arn ?? `${this.#arnPrefix}:${name}`
  }

  /** Stores a new version with the label AWSCURRENT; the one that had it gets AWSPREVIOUS. @returns its ID. */
  put(name: string, content: SecretContent): string {
    const { versions = [], arn } = this.#newest(name) ?? {}
    const id = randomUUID()
    const wasCurrent = versions.some(({ labels }) => labels.includes('AWSCURRENT'))
    const older = versions.map((one): SecretVersion => {
      const kept = one.labels.filter((label) => label !== 'AWSCURRENT' && label !== 'AWSPREVIOUS')
      const isPrevious = wasCurrent && one.labels.includes('AWSCURRENT')
      return { ...one, labels: isPrevious ? [...kept, 'AWSPREVIOUS'] : kept }
    })
    const created = { id, content, labels: ['AWSCURRENT'] }
    this.#change(name, { arn: arn ?? this.#newArn(name), versions: [...older, created] })
    return id
  }

  /** A label is on one version at a time. */
  label(name: string, id: string, label: string): void {
    const secret = this.#newest(name)
    if (secret === undefined) return
    const versions = secret.versions.map((one) => {
      const others = one.labels.filter((other) => other !== label)
      return { ...one, labels: one.id === id ? [...others, label] : others }
    })
    this.#change(name, { ...secret, versions })
  }

  markForDeletion(name: string): void {
    const secret = this.#newest(name)
    if (secret !== undefined) this.#change(name, { ...secret, deletedAt: this.#now() })
  }

  /** As after the recovery window. A secret of that name that is created later has another ARN. */
  remove(name: string): void {
    this.#change(name, undefined)
  }

  read(name: string): Secret | undefined {
    const seen = this.#now() - this.#lag(name)
    return this.#histories.get(name)?.findLast(({ at }) => at <= seen)?.secret
  }

  #newest(name: string): Secret | undefined {
    return this.#histories.get(name)?.at(-1)?.secret
  }

  #newArn(name: string): string {
    const count = this.#histories.get(name)?.length ?? 0
    const suffix = createHash('sha256').update(`${name} ${count}`).digest('base64').replaceAll(/[+/=]/g, 'x')
    return `${this.#arnPrefix}:${name}-${suffix.slice(0, 6)}`
  }

  #change(name: string, secret: Secret | undefined): void {
    const history = this.#histories.get(name) ?? []
    history.push({ at: this.#now(), secret })
    if (history.length > keptPast) history.shift()
    this.#histories.set(name, history)
  }
}
