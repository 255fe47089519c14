/** Without the brackets of an IPv6 address. @param host as URL has it. */
export function bareHost(host: string): string {
  return host.startsWith('[') ? host.slice(1, -1) : host
}

/** @param host as URL has it. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Link-local addresses, and those of AWS's metadata and credential endpoints in IPv6. @param host as URL has it. */
export function isLinkLocal(host: string): boolean {
  return /^169\.254\.\d+\.\d+$/.test(host) || /^\[(fe[89ab][0-9a-f]:|fd00:ec2::)/.test(host)
}

/** Loopback or link-local: what is sent there does not leave the machine. */
export function isOwnMachine(host: string): boolean {
  return isLoopback(host) || isLinkLocal(host)
}
