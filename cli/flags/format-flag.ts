/** The flag --format of the commands that show grants: for people, for a pull request, for programs. */
import { invalid, type Parsed } from '../../api/parsed.ts'
import { readChoice } from './choice-flag.ts'
import { valueOf } from './command.ts'
import type { Flags, ParsedFlags } from './flags.ts'

const formats = ['table', 'markdown', 'json'] as const
export type Format = (typeof formats)[number]

export const formatFlags: Flags = {
  format: {
    takes: formats.join('|'),
    meaning:
      'the output format: table for people, markdown for a pull request, json for programs (default table)',
  },
  output: { short: 'o', takes: formats.join('|'), meaning: 'the same as --format' },
}

export function readFormat(parsed: ParsedFlags): Parsed<Format | undefined> {
  const [format, output] = [valueOf(parsed, 'format'), valueOf(parsed, 'output')]
  if (format !== undefined && output !== undefined) {
    return invalid('flags --format and --output are the same flag: set one of them', 'give either')
  }
  return readChoice(parsed, output === undefined ? 'format' : 'output', formats)
}
