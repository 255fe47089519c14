/** An error as Node's own clients have it: its code names what went wrong with a connection. */
export function coded(message: string, code: string): Error {
  return Object.assign(new Error(message), { code })
}
