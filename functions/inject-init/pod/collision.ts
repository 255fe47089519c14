import type { Editor } from '../../yaml/editor.ts'

/** @param what the part of the pod that has one of our names. @param option sets another name. */
export function refuseCollision(editor: Editor, what: string, option: string): void {
  editor.refuse(
    `${what} exists and is not the one that inject-init adds`,
    `rename it or set ${option}; to change the one that inject-init adds, patch it in a parent kustomization`,
  )
}
