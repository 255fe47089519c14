/** @param what of the pod has a name that we would give. @param option says another. */
export function collision(what: string, option: string): string {
  return (
    `${what} is in the pod already and is not the one that inject-init adds: rename yours or set ${option}; ` +
    `to change ours, patch it from a parent kustomization`
  )
}
