import type { Env } from '../../api/settings/env.ts'
import type { ExitCode } from '../../api/exit-code.ts'
import type { Parsed } from '../../api/parsed.ts'
import type { InputLimit } from '../../functions/krm/read-stdin.ts'
import type { Flags, ParsedFlags } from './flags.ts'

/** The input and output of a command; tests replace them. */
export type Io = {
  readonly env: Env
  /** The files that are running. */
  readonly self: { readonly node: string; readonly program: string }
  /** All of standard input; undefined if it is a terminal. */
  readonly readStdin: (limit: InputLimit) => Promise<Parsed<Buffer> | undefined>
  readonly out: (text: string) => void
  /** Writes one line to standard error. */
  readonly err: (line: string) => void
  /** Writes one line of progress to standard error; undefined if standard error is no terminal. */
  readonly progress?: (line: string) => void
}

export type Command = {
  readonly name: string
  /** What follows the name, such as `-f FILE --out DIR`. */
  readonly usage: string
  /** One sentence. */
  readonly purpose: string
  /** More sentences. */
  readonly details?: string
  /** Pairs of a description and a command line; a test runs them. */
  readonly examples: readonly (readonly [does: string, line: string])[]
  readonly flags: Flags
  readonly run: (parsed: ParsedFlags, io: Io) => Promise<ExitCode>
}

/** The value of a flag that may be set once. */
export function valueOf({ values }: ParsedFlags, name: string): string | undefined {
  return values.get(name)?.[0]
}

export function isOn({ values }: ParsedFlags, name: string): boolean {
  return values.get(name)?.[0] === 'true'
}
