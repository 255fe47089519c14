/** The exit codes of all programs of kees. Documented in docs/reference/exit-codes.md. */
export const exitCode = {
  done: 0,
  /** Annotations, manifests, a stale policy: the input is wrong. */
  input: 1,
  /** The command line, the options or the environment are wrong. */
  usage: 2,
  missing: 3,
  denied: 4,
  /** The store or the cluster was not reached in time. */
  unreachable: 5,
  output: 6,
  /** A bug of ours. */
  bug: 70,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

// A bug and an unwritable output end a program where they happen, so they come before what was collected.
const precedence: readonly ExitCode[] = [70, 6, 2, 1, 4, 5, 3, 0]

/** The one code to exit with when several apply: what the caller has to mend first. */
export function firstToMend(codes: Iterable<ExitCode>): ExitCode {
  const seen = new Set(codes)
  return precedence.find((code) => seen.has(code)) ?? exitCode.done
}
