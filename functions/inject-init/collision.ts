/** @param what the part of the pod that has one of our names. @param option sets another name. */
export function collision(what: string, option: string): string {
  return (
    `${what} exists and is not the one that inject-init adds: rename it or set ${option}; ` +
    `to change the one that inject-init adds, patch it in a parent kustomization`
  )
}
