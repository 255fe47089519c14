/** The format json: one object of texts in ASCII, sorted by key, a line each. */
import { type Entry, sortedEntries } from './sorted-entries.ts'

export function formatJson(entries: Iterable<Entry>): string {
  // Not one JSON.stringify of an object, which would put keys that are numbers first.
  const lines = sortedEntries(entries).map(([key, value]) => `  ${text(key)}: ${text(value.reveal())}`)
  return `{\n${lines.join(',\n')}\n}\n`
}

function text(value: string): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
