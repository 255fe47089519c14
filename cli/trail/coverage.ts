/** What the events of CloudTrail cover, so that a person sees for what time, account and region they show what is read. */
import type { TrailEvent } from './trail-event.ts'

export type Coverage = {
  readonly account: string
  readonly region: string
  /** The times of the first and the last event of any kind, in milliseconds. */
  readonly from: number
  readonly to: number
  readonly events: number
  /** How many of them read parameters. */
  readonly reads: number
  /** How many failed reads do not name what they read. */
  readonly unnamed: number
}

/** Counts one event after the other, so that those of other kinds need not be kept. */
export class CoverageCounter {
  readonly #counted = new Map<string, Coverage>()

  add({ account, region, time, reads, isUnnamed }: TrailEvent): void {
    const key = `${account} ${region}`
    const so = this.#counted.get(key)
    const isRead = reads.some(({ what }) => what !== 'secret')
    this.#counted.set(key, {
      account,
      region,
      from: Math.min(so?.from ?? time, time),
      to: Math.max(so?.to ?? time, time),
      events: (so?.events ?? 0) + 1,
      reads: (so?.reads ?? 0) + (isRead ? 1 : 0),
      unnamed: (so?.unnamed ?? 0) + (isUnnamed ? 1 : 0),
    })
  }

  all(): readonly Coverage[] {
    return [...this.#counted.values()]
  }
}

type Where = { readonly account: string; readonly region: string }

/** What is covered of the account and region of the parameters; undefined without an event of them. */
export function coverageOf(all: readonly Coverage[], { account, region }: Where): Coverage | undefined {
  return all.find((one) => one.account === account && one.region === region)
}

/** Why a trail shows nothing about the parameters of the caller. */
export function notCovered(all: readonly Coverage[], { account, region }: Where): string {
  const others = all.map((one) => `${one.account} ${one.region}`)
  const found = others.length === 0 ? 'there are none' : `they are of ${others.slice(0, 5).join(', ')}`
  return `no event of --trail is of account ${account} and region ${region}: ${found}${others.length > 5 ? ', …' : ''}`
}

export const hintNotCovered =
  'look events up with the credentials and the region of the parameters: AWS_PROFILE, AWS_REGION'
