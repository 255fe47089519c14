import type { Editor } from '../../yaml/editor.ts'

/** The init container of the Java kees with the name of ours. @param name of both. */
export function refuseLegacy(editor: Editor, name: string): void {
  editor.refuse(
    `the container ${name} exists and is one of the Java kees, not the one that inject-init adds`,
    'rename it or set containerName while the app reads its files, then remove it: see docs/migrating-from-java.md',
  )
}

/** @param what the part of the pod that has one of our names. @param option sets another name. */
export function refuseCollision(editor: Editor, what: string, option: string): void {
  editor.refuse(
    `${what} exists and is not the one that inject-init adds`,
    `rename it or set ${option}; to change the one that inject-init adds, patch it in a parent kustomization`,
  )
}
