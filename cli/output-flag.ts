/** How a command tells its rows: to people as a table, to programs as JSON. */
import { readChoice } from './choice-flag.ts'
import type { Flags, ParsedFlags } from './flags.ts'

const outputs = ['table', 'json'] as const

export const outputFlags: Flags = {
  output: { short: 'o', takes: outputs.join('|'), meaning: 'for people, or for programs (default table)' },
}

export type Output = {
  /** @param table of the rows, for people. */
  readonly format: <Row>(rows: readonly Row[], table: (rows: readonly Row[]) => string) => string
  readonly problems: readonly string[]
}

export function readOutput(parsed: ParsedFlags): Output {
  const { value: output, problem } = readChoice(parsed, 'output', outputs)
  return {
    format: (rows, table) => (output === 'json' ? `${JSON.stringify(rows, null, 2)}\n` : table(rows)),
    problems: problem === undefined ? [] : [problem],
  }
}
