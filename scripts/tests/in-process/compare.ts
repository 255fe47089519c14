/**
 * The comparisons of tap's assertions. Most values are equal by Node's own comparison, or are a text and an expression; tap's
 * `tcompare`, which prints what it compares, is asked about all others.
 */
import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import type * as comparisons from 'tcompare'

type Comparisons = Pick<typeof comparisons, 'has' | 'match' | 'same' | 'strict'>
type Compared = { readonly match: boolean; readonly diff: string }

export const equal: Compared = { match: true, diff: '' }
let loaded: Comparisons | undefined

function tcompare(): Comparisons {
  return (loaded ??= createRequire(createRequire(import.meta.url).resolve('tap'))('tcompare'))
}

export function compareStrictly(found: unknown, wanted: unknown): Compared {
  return isDeepStrictEqual(found, wanted) ? equal : tcompare().strict(found, wanted)
}

export function compareLoosely(found: unknown, wanted: unknown): Compared {
  return isDeepStrictEqual(found, wanted) ? equal : tcompare().same(found, wanted)
}

export function compareWithPattern(found: unknown, pattern: unknown): Compared {
  const isText = typeof found === 'string' && pattern instanceof RegExp && !pattern.global && !pattern.sticky
  return isText && pattern.test(found) ? equal : tcompare().match(found, pattern)
}

export function compareGiven(found: unknown, wanted: unknown): Compared {
  return isDeepStrictEqual(found, wanted) ? equal : tcompare().has(found, wanted)
}
