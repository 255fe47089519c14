/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const dnsSubdomainPattern = '[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?'

const whole = new RegExp(`^${dnsSubdomainPattern}$`)

/** What Kubernetes asks of the names of most objects. */
export function isDnsSubdomain(text: string): boolean {
  return whole.test(text)
}
