import type { Env } from '../api/env.ts'
import type { ExitCode } from '../api/exit-code.ts'
import type { Parsed } from '../api/parsed.ts'
import type { Flags, ParsedFlags } from './flags.ts'

/** What a command sees of the process; tests give their own. */
export type Io = {
  readonly env: Env
  /** The files that are running. */
  readonly self: { readonly node: string; readonly program: string }
  /** Everything that comes on standard input; undefined where that is a terminal. */
  readonly readStdin: () => Promise<Parsed<Buffer> | undefined>
  readonly out: (text: string) => void
  /** One line for people, on standard error. */
  readonly say: (line: string) => void
  /** Likewise, for the progress of long work; absent where nobody watches. */
  readonly tell?: (line: string) => void
}

export type Command = {
  readonly name: string
  /** What follows the name, such as `-f FILE --out DIR`. */
  readonly usage: string
  /** One sentence. */
  readonly purpose: string
  /** More sentences. */
  readonly details?: string
  /** What a command line does, and the line; the test runs them. */
  readonly examples: readonly (readonly [does: string, line: string])[]
  readonly flags: Flags
  readonly run: (parsed: ParsedFlags, io: Io) => Promise<ExitCode>
}

/** The one value of a flag that may stand once. */
export function valueOf({ values }: ParsedFlags, name: string): string | undefined {
  return values.get(name)?.[0]
}

export function isOn({ values }: ParsedFlags, name: string): boolean {
  return values.get(name)?.[0] === 'true'
}
