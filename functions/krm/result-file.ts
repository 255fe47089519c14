import type { ObjectReference } from './result.ts'
import type { Piece } from './resource-list.ts'
import { lookUpPath, stringOf } from '../yaml/value.ts'
import type { ManifestItem } from './manifest-item.ts'

/** The file that an item comes from, in the package, and its position among the objects of that file. */
export type ResultFile = { readonly path: string; readonly index?: number }

/** Orchestrators that read files, such as kpt, name them in annotations, the older of which have no `internal.`. */
const prefixes = ['internal.config.kubernetes.io', 'config.kubernetes.io'] as const

function fileOf({ root }: ManifestItem): ResultFile | undefined {
  const given = (name: string) =>
    prefixes
      .map((prefix) => stringOf(lookUpPath(root, ['metadata', 'annotations', `${prefix}/${name}`])))
      .find((text) => text !== undefined)
  const path = given('path')
  if (path === undefined) return undefined
  const index = given('index')
  return index !== undefined && /^[0-9]{1,9}$/.test(index) ? { path, index: Number(index) } : { path }
}

/** The files of objects. Few objects have results: only the items that those are in are read again, and each of them once. */
export class ResultFiles {
  readonly #places = new Map<ObjectReference, { readonly read: Piece['read']; readonly index: number }>()
  readonly #files = new Map<Piece['read'], readonly (ResultFile | undefined)[]>()

  /** @param index the position of the item with the object in what `read` returns. */
  add(object: ObjectReference, read: Piece['read'], index: number): void {
    this.#places.set(object, { read, index })
  }

  of(object: ObjectReference): ResultFile | undefined {
    const place = this.#places.get(object)
    return place && this.#filesIn(place.read)[place.index]
  }

  #filesIn(read: Piece['read']): readonly (ResultFile | undefined)[] {
    const known = this.#files.get(read)
    if (known) return known
    const files = (read() ?? []).map(fileOf)
    this.#files.set(read, files)
    return files
  }
}
