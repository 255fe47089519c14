/**
 * The format shell: what a POSIX shell that sources it assigns to its variables. One `NAME=value` for each, sorted by
 * name; a value of letters, digits and a few signs is written as it is, any other in single quotes, inside which a
 * shell gives no character a meaning but the quote itself. It may contain line ends, so it is not for programs that read
 * lines: those have the format dotenv.
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_02_02
 */
import type { Entry } from './sorted-entries.ts'
import { formatVariables } from './variables.ts'

/** @param entries whose names findNameDiagnostics has accepted, and whose values hold no NUL. */
export function formatShell(entries: Iterable<Entry>): string {
  return formatVariables(entries, quoted)
}

/** Without `~`, which a shell expands after a colon too. */
const plain = /^[A-Za-z0-9_.,:/@%+=-]*$/

function quoted(value: string): string {
  return plain.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`
}
