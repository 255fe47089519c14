/** For `catch` of a command that ends its own container: it may be killed with it. What counts is what happens afterwards. */
export function killedWithContainer(error: unknown): void {
  if (!String(error).includes('exit code 137')) throw error
}
