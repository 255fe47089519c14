import type { ManifestItem } from '../functions/krm/manifest-item.ts'
import type { ObjectReference, Result } from '../functions/krm/result.ts'
import { offsetOf, positionsIn } from '../functions/yaml/position.ts'
import { type Manifest, shownPath } from './read-manifests.ts'
import type { VisitedManifest } from './visit-objects.ts'

/** Adds the file and the position of the field, or of the object, that a result is about. */
export function locateResults<R extends Pick<Result, 'object' | 'field'>>(
  results: readonly R[],
  manifests: readonly (Manifest | VisitedManifest)[],
): readonly (R & Pick<Result, 'file' | 'position'>)[] {
  if (results.length === 0) return results
  const sources = manifests.map((manifest) => ({
    file: shownPath(manifest.path),
    itemOf: 'itemOf' in manifest ? manifest.itemOf : itemFrom(manifest),
    positionAt: positionsIn(manifest.text),
  }))
  return results.map((result) => {
    const { object, field = [] } = result
    if (!object) return result
    for (const { file, itemOf, positionAt } of sources) {
      const item = itemOf(object)
      if (item)
        return { ...result, file, position: positionAt(offsetOf(item.root, field) + item.document.at) }
    }
    return result
  })
}

function itemFrom({ items }: Manifest): (object: ObjectReference) => ManifestItem | undefined {
  const byObject = new Map(items.map((item) => [item.object, item]))
  return (object) => byObject.get(object)
}
