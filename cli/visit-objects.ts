/** Objects that are read one after the other: no more than one tree is kept, of all of which there may be twenty times as much as text. */
import { decodeText } from '../functions/krm/decode-text.ts'
import type { ManifestItem } from '../functions/krm/manifest-item.ts'
import { manifestPieces, type ReadPiece } from '../functions/krm/manifest-pieces.ts'
import type { ObjectReference } from '../functions/krm/result.ts'
import { isObject, type ManifestText, type Sources } from './read-manifests.ts'

/** What is done with each object. */
export type Visitor = { readonly add: (item: ManifestItem) => void }

/** A manifest whose objects were visited. */
export type VisitedManifest = ManifestText & {
  /** One of its objects, parsed again. */
  readonly itemOf: (object: ObjectReference) => ManifestItem | undefined
}

type Visited<V> = { readonly manifests: readonly VisitedManifest[]; readonly visitor: V }

type Place = { readonly read: ReadPiece; readonly index: number }

/**
 * @returns undefined where something is wrong with the sources, or one of them is written so that it has to be parsed as a whole; what was
 * visited until then is of no use. @param begin makes the visitor of all objects.
 */
export function visitObjects<V extends Visitor>(
  { sources, results }: Sources,
  begin: () => V,
): Visited<V> | undefined {
  if (results.some(({ severity }) => severity === 'error')) return undefined
  const visitor = begin()
  const manifests: VisitedManifest[] = []
  let hasObject = false
  for (const { path, bytes } of sources) {
    const { value: text } = decodeText(bytes)
    const pieces = text === undefined ? undefined : manifestPieces(text)
    if (text === undefined || !pieces) return undefined
    const places = new Map<ObjectReference, Place>()
    for (const read of pieces) {
      const items = read()
      if (!items) return undefined
      for (const [index, item] of items.entries()) {
        places.set(item.object, { read, index })
        hasObject ||= isObject(item)
        visitor.add(item)
      }
    }
    manifests.push({ path, text, itemOf: finder(places) })
  }
  return hasObject ? { manifests, visitor } : undefined
}

/** Results of one object follow each other, so the last piece is parsed once. */
function finder(places: ReadonlyMap<ObjectReference, Place>): VisitedManifest['itemOf'] {
  let last: { readonly read: ReadPiece; readonly items: readonly ManifestItem[] } | undefined
  return (object) => {
    const place = places.get(object)
    if (!place) return undefined
    const { read, index } = place
    if (last?.read !== read) last = { read, items: read() ?? [] }
    return last.items[index]
  }
}
