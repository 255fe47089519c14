/**
 * The format dotenv: one `NAME=value` on each line, sorted by name, for programs that read lines: `node --env-file`, the libraries
 * dotenv of JavaScript and Python, systemd's EnvironmentFile, Compose. Each has other rules for quotes, escapes, comments
 * and expansion; a value is written so that all of them read the same, or not at all.
 */
import { fitsSingleQuotes, needsNoQuotes } from '../../../api/delivery/dotenv-quotes.ts'
import type { SecretValue } from '../../secret-value.ts'
import type { Entry } from './sorted-entries.ts'
import { formatVariables } from './variables.ts'

/** Whether the value is in quotes, which `docker run --env-file` takes for a part of it. */
export function isQuotedInDotenv(value: SecretValue): boolean {
  return !needsNoQuotes(value.reveal())
}

/** @param entries whose names findNameDiagnostics has accepted, and whose values fit and have no line ends. */
export function formatDotenv(entries: Iterable<Entry>): string {
  return formatVariables(entries, quoted)
}

function quoted(value: string): string {
  if (needsNoQuotes(value)) return value
  return fitsSingleQuotes(value) ? `'${value}'` : `"${value}"`
}
