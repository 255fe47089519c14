/**
 * The command as users run it: into every Node that a test starts, tap puts a loader of its own, whatever environment
 * the test gives. It costs time, and some programs do not start with it.
 */
export function untapped(command: string, args: readonly string[] = []): [command: string, args: string[]] {
  return ['env', ['-u', 'NODE_OPTIONS', command, ...args]]
}
