/** The names of most objects: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
export const dnsSubdomainPattern = '[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?'
