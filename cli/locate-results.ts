import type { Result } from '../functions/krm/result.ts'
import { offsetOf, positionsIn } from '../functions/yaml/position.ts'
import { type Manifest, shownPath } from './read-manifests.ts'

/** Adds the file and the position of the field, or of the object, that a result is about. */
export function locateResults<R extends Pick<Result, 'object' | 'field'>>(
  results: readonly R[],
  manifests: readonly Manifest[],
): readonly (R & Pick<Result, 'file' | 'position'>)[] {
  if (results.length === 0) return results
  const sources = manifests.map(({ path, text, items }) => ({
    file: shownPath(path),
    items: new Map(items.map((item) => [item.object, item])),
    positionAt: positionsIn(text),
  }))
  return results.map((result) => {
    const { object, field = [] } = result
    if (!object) return result
    for (const { file, items, positionAt } of sources) {
      const item = items.get(object)
      if (item)
        return { ...result, file, position: positionAt(offsetOf(item.root, field) + item.document.at) }
    }
    return result
  })
}
