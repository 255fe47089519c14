/** What goes wrong with a call on its way, decided by the test: by a schedule, or by chance from a seed. */
import { createHash } from 'node:crypto'

export type Fault =
  /** The connection is cut before the store sees the call. */
  | { readonly kind: 'reset' }
  /** The store does what it was asked, then the connection is cut: its answer is lost. */
  | { readonly kind: 'answer lost' }
  /** Neither answered nor closed. */
  | { readonly kind: 'hang' }
  /** Answered after a while, in milliseconds. */
  | { readonly kind: 'late'; readonly after: number }
  /** The answer comes a byte at a time, with this many milliseconds between them. */
  | { readonly kind: 'trickle'; readonly every: number }
  /** Half of the answer comes, then the connection is cut. */
  | { readonly kind: 'truncated' }
  /** The answer is this text, whatever the store said. */
  | { readonly kind: 'malformed'; readonly body: string; readonly status?: number }
  /** The store is not asked and this is answered, such as a 503 or a TooManyUpdates. */
  | { readonly kind: 'error'; readonly status: number; readonly type: string; readonly message?: string }

export const internalError: Fault = { kind: 'error', status: 500, type: 'InternalServerError' }

/** Numbers evenly from 0 to 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let drawn = 0
  return () => {
    const bits = createHash('sha256').update(`${seed} ${drawn++}`).digest().readUInt32BE()
    return bits / 2 ** 32
  }
}

/** @param rates how often each fault comes, from 0 to 1; together at most 1. */
export function faultsByChance(
  seed: number,
  rates: readonly (readonly [rate: number, fault: Fault])[],
): () => Fault | undefined {
  const random = seededRandom(seed)
  return () => {
    let drawn = random()
    for (const [rate, fault] of rates) {
      if (drawn < rate) return fault
      drawn -= rate
    }
    return undefined
  }
}
