/**
 * After each function kpt copies comments by list position into every item that still has these annotations, which would
 * move the neighbours' comments onto a container that is put first. Without them it leaves an item as it is; but then it
 * does not bring back either what it never sent: comments at the top of a file that a blank line sets apart. So they go
 * only where there is something to move.
 */
export const kptIdAnnotations = ['internal.config.kubernetes.io/id', 'config.k8s.io/id'] as const
