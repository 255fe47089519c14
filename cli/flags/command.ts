import type { Env } from '../../api/settings/env.ts'
import type { ExitCode } from '../../api/exit-code.ts'
import type { Parsed } from '../../api/parsed.ts'
import type { InputLimit } from '../../functions/krm/read-stdin.ts'
import type { Paint } from '../report/paint.ts'
import type { ReportedResult } from '../report/reported-result.ts'
import type { Flags, ParsedFlags } from './flags.ts'

/** What the command kubectl printed; `isMissing` where there is no such command. */
export type KubectlOutput =
  | { readonly isMissing: true }
  | {
      readonly isMissing?: undefined
      readonly status: number
      readonly stdout: string
      readonly stderr: string
    }

/** Runs kubectl, without a shell. */
export type Kubectl = (args: readonly string[]) => Promise<KubectlOutput>

/** The input and output of the program; tests replace them. */
export type ProcessIo = {
  readonly env: Env
  /** The files that are running. */
  readonly self: { readonly node: string; readonly program: string }
  readonly kubectl: Kubectl
  /** All of standard input; undefined if it is a terminal. */
  readonly readStdin: (limit: InputLimit) => Promise<Parsed<Buffer> | undefined>
  readonly out: (text: string) => void
  /** Writes one line to standard error. */
  readonly err: (line: string) => void
  /** Writes one line of progress to standard error; undefined if standard error is no terminal. */
  readonly progress?: (line: string) => void
  /** Which of the two outputs are terminals. */
  readonly terminals?: { readonly out: boolean; readonly err: boolean }
}

/** The input and output of a command. It has no way to standard error but results, so that programs can read all of them. */
export type Io = Omit<ProcessIo, 'err' | 'terminals'> & {
  /** Prints a result for people, on standard error. */
  readonly print: (result: ReportedResult) => void
  /** Adds a result to the reports for programs, which --report asks for. */
  readonly record: (result: ReportedResult) => void
  /** The colours of what is printed on standard output. */
  readonly paint: Paint
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
  /** What the arguments are, for the completion of shells: none if absent. */
  readonly completes?: 'files' | 'folders' | readonly string[]
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
