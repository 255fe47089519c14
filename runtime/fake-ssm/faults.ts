/** Faults of calls, chosen by the test: by a schedule, or at random from a seed. */
import { createHash } from 'node:crypto'

export type Fault =
  /** The connection is closed before the store receives the call. */
  | { readonly kind: 'reset' }
  /** The call takes effect, then the connection is closed: the answer is lost. */
  | { readonly kind: 'answer lost' }
  /** Neither answered nor closed. */
  | { readonly kind: 'hang' }
  /** Answered after a while, in milliseconds. */
  | { readonly kind: 'late'; readonly after: number }
  /** The answer is sent byte by byte, with this many milliseconds between two bytes. */
  | { readonly kind: 'trickle'; readonly every: number }
  /** Half of the answer is sent, then the connection is closed. */
  | { readonly kind: 'truncated' }
  /** The answer of the store is replaced by this text. */
  | { readonly kind: 'malformed'; readonly body: string; readonly status?: number }
  /** The store is not called, and this error is returned, such as a 503 or a TooManyUpdates. */
  | { readonly kind: 'error'; readonly status: number; readonly type: string; readonly message?: string }

export const internalError: Fault = { kind: 'error', status: 500, type: 'InternalServerError' }

/** Uniform random numbers from 0 to 1, the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let drawn = 0
  return () => {
    const bits = createHash('sha256').update(`${seed} ${drawn++}`).digest().readUInt32BE()
    return bits / 2 ** 32
  }
}

/** @param rates the probability of each fault, from 0 to 1; together at most 1. */
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
