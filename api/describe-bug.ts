/** What to log of an error that nobody expected: not its message, which may quote a value that it could not handle. */
export function describeBug(error: unknown): { readonly error: string; readonly stack: readonly string[] } {
  if (!(error instanceof Error)) return { error: typeof error, stack: [] }
  const stack = (error.stack ?? '').split('\n').filter((line) => /^ +at /.test(line))
  return { error: error.name, stack: stack.map((line) => line.trim()) }
}
