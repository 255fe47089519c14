import type { SecretValue } from '../../secret-value.ts'

/** A declaration's name and its value; each name once. */
export type Entry = readonly [key: string, value: SecretValue]

/** In the order of the bytes of their names, on machines of every language. */
export function sortedEntries(entries: Iterable<Entry>): Entry[] {
  return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1))
}
