const pattern = /^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?$/

/** What Kubernetes asks of the names of most objects: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export function isDnsSubdomain(text: string): boolean {
  return pattern.test(text)
}
