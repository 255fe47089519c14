import { about, type Diagnostic, quote } from '../../../api/diagnostic.ts'
import type { JsonMap } from '../../../api/json.ts'
import { notKnown } from '../../../api/suggest.ts'

/** The unknown keys of a map in an option's value, each with its path: `.limts is not known: known are limits`. */
export function unknownKeys(map: JsonMap, known: readonly string[]): Diagnostic[] {
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .flatMap((key) => about(`.${shownKey(key)}`, [notKnown(key, known)]))
}

/** As it is where that can be read as nothing else. */
export function shownKey(key: string): string {
  return /^[A-Za-z0-9_./-]{1,40}$/.test(key) ? key : quote(key)
}
