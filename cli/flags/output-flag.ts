/** The flag --output: a table for people, JSON for programs. */
import type { Diagnostic } from '../../api/diagnostic.ts'
import { readChoice } from './choice-flag.ts'
import type { Flags, ParsedFlags } from './flags.ts'

const outputs = ['table', 'json'] as const

export const outputFlags: Flags = {
  output: {
    short: 'o',
    takes: outputs.join('|'),
    meaning: 'the output format: table for people, json for programs (default table)',
  },
}

export type Output = {
  /** @param table of the same, for people. */
  readonly format: <Shown>(shown: Shown, table: (shown: Shown) => string) => string
  readonly diagnostics: readonly Diagnostic[]
}

export function readOutput(parsed: ParsedFlags): Output {
  const { value: output, diagnostics = [] } = readChoice(parsed, 'output', outputs)
  return {
    format: (shown, table) => (output === 'json' ? `${JSON.stringify(shown, null, 2)}\n` : table(shown)),
    diagnostics,
  }
}
