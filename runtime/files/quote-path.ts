/** A path for a message: whole, and on one line whatever it holds. */
export function quotePath(path: string): string {
  return JSON.stringify(path)
}
