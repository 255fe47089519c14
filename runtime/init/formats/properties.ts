/**
 * The properties format: what java.util.Properties.load reads back as the stored values, from an InputStream
 * (ISO-8859-1) and from a Reader alike. One `key=value` a line, sorted by key; a value of printable ASCII is written
 * as it is, but for backslashes and a space at its start.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Properties.html#load(java.io.Reader)
 */
import { escapeControls } from '../../values/escape-properties.ts'
import { type Entry, sortedEntries } from './sorted-entries.ts'

/** @param entries a declaration's name holds nothing to escape. */
export function formatProperties(entries: Iterable<Entry>): string {
  return sortedEntries(entries)
    .map(([key, value]) => `${key}=${escapeValue(value.reveal())}\n`)
    .join('')
}

function escapeValue(value: string): string {
  const escaped = escapeControls(value)
  return escaped.startsWith(' ') ? `\\${escaped}` : escaped
}
