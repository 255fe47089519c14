/**
 * The format dotenv: one `NAME=value` on each line, sorted by name, for programs that read lines: `node --env-file`, the libraries
 * dotenv of JavaScript and Python, systemd's EnvironmentFile, Compose. Each has other rules for quotes, escapes, comments
 * and expansion; a value is written so that all of them read the same, or not at all.
 */
import type { SecretValue } from '../secret-value.ts'
import type { Entry } from './sorted-entries.ts'
import { formatVariables } from './variables.ts'

/** Without what starts a quote, an escape, a comment or an expansion anywhere. `docker run --env-file` reads these too. */
const plain = /^[!%&()*+,./0-9:;<=>?@A-Z[\]^_a-z{|}~-]*$/

/** Escapes and expansions have no meaning in single quotes, but `${…}` for Python, and `\\\\`, and a backslash before the quote. */
const inSingleQuotes = /^(?!.*\\\\|.*\$\{|.*\\$)[^']*$/s

const inDoubleQuotes = /^[^"\\$`]*$/

/** Whether all readers read the same value from one line. */
export function fitsDotenv(value: string): boolean {
  return plain.test(value) || inSingleQuotes.test(value) || inDoubleQuotes.test(value)
}

/** Whether the value is in quotes, which `docker run --env-file` takes for a part of it. */
export function isQuotedInDotenv(value: SecretValue): boolean {
  return !plain.test(value.reveal())
}

/** @param entries whose names findNameDiagnostics has accepted, and whose values fit and have no line ends. */
export function formatDotenv(entries: Iterable<Entry>): string {
  return formatVariables(entries, quoted)
}

function quoted(value: string): string {
  if (plain.test(value)) return value
  return inSingleQuotes.test(value) ? `'${value}'` : `"${value}"`
}
