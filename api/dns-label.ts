/** https://datatracker.ietf.org/doc/html/rfc1123 */
export const dnsLabelPattern = '[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?'

const whole = new RegExp(`^${dnsLabelPattern}$`)

/** What Kubernetes asks of the names of namespaces, containers and volumes. */
export function isDnsLabel(text: string): boolean {
  return whole.test(text)
}
