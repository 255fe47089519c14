const pattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/

/** What Kubernetes asks of the names of namespaces, containers and volumes: https://datatracker.ietf.org/doc/html/rfc1123 */
export function isDnsLabel(text: string): boolean {
  return pattern.test(text)
}
