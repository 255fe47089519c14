import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { notKnown } from '../../api/suggest.ts'
import type { ValueMap } from '../yaml/value.ts'

/** What is wrong with the keys of a map in an option's value, each from its place on: `.limts is not known: known are limits`. */
export function unknownKeys(map: ValueMap, known: readonly string[]): Diagnostic[] {
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .flatMap((key) => about(`.${shownKey(key)}`, [notKnown(key, known)]))
}

/** As it is where that can be read as nothing else. */
export function shownKey(key: string): string {
  return /^[A-Za-z0-9_./-]{1,40}$/.test(key) ? key : quote(key)
}
