/** How a command tells its rows: to people as a table, to programs as JSON. */
import { valueOf } from './command.ts'
import type { Flags, ParsedFlags } from './flags.ts'

export const outputFlags: Flags = {
  output: { short: 'o', takes: 'table|json', meaning: 'for people, or for programs (default table)' },
}

export type Output = {
  /** @param table of the rows, for people. */
  readonly format: <Row>(rows: readonly Row[], table: (rows: readonly Row[]) => string) => string
  readonly problems: readonly string[]
}

export function readOutput(parsed: ParsedFlags): Output {
  const output = valueOf(parsed, 'output') ?? 'table'
  return {
    format: (rows, table) => (output === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : table(rows)),
    problems: output === 'table' || output === 'json' ? [] : ['flag --output is neither table nor json'],
  }
}
