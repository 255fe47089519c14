/**
 * The properties format: what java.util.Properties.load reads back as the stored values, from an InputStream
 * (ISO-8859-1) and from a Reader alike. One `key=value` a line, sorted by key; a value of printable ASCII is written
 * as it is, but for backslashes and a space at its start.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)
 */
import { type Entry, sortedEntries } from './sorted-entries.ts'

/** @param entries a declaration's name holds nothing to escape. */
export function formatProperties(entries: Iterable<Entry>): string {
  return sortedEntries(entries)
    .map(([key, value]) => `${key}=${escapeValue(value.reveal())}\n`)
    .join('')
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
}

/** Code units, as Java's chars: what is beyond \uffff takes two escapes. */
const special = /[^\x20-\x5b\x5d-\x7e]/g

function escapeValue(value: string): string {
  return value
    .replace(special, (unit) => escapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/^ /, '\\ ')
}
