import { variableName } from '../../../api/variable-name.ts'
import { type Entry, sortedEntries } from './sorted-entries.ts'

/** `NAME=value` for each, sorted by name. @param quoted writes a value for the readers of the format. */
export function formatVariables(entries: Iterable<Entry>, quoted: (value: string) => string): string {
  const variables = [...entries].map(([name, value]): Entry => [variableName(name), value])
  return sortedEntries(variables)
    .map(([variable, value]) => `${variable}=${quoted(value.reveal())}\n`)
    .join('')
}
