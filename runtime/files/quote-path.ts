/** A path for a message: complete, and always on one line. */
export function quotePath(path: string): string {
  return JSON.stringify(path)
}
