import { invalid, type Parsed } from '../parsed.ts'

/** Where a server of kees listens. */
export type ListenAddress = {
  /** Empty: every address of the machine. */
  readonly host: string
  /** 0: any free port, which the program logs. */
  readonly port: number
}

/**
 * @param text a host name, an IPv4 address, an IPv6 address in brackets, or nothing for every address; a colon; a port.
 */
export function parseListenAddress(text: string): Parsed<ListenAddress> {
  const [, bracketed, plain = '', digits = ''] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):([0-9]{1,5})$/.exec(text) ?? []
  const port = Number(digits)
  if (digits !== '' && port <= 65_535) return { value: { host: bracketed ?? plain, port } }
  return invalid('is not an address and a port such as 127.0.0.1:8080 or :8080')
}

export function formatListenAddress({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
