/** What local mode needs of the declarations of a pod. */
import { decodeBase64 } from '../decode-base64.ts'
import type { StoredDeclaration } from '../declaration/declaration.ts'
import { localKeyOf, type LocalSeed, localSourceOf } from '../declaration/local-source.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'

type DeclaredAt = { readonly annotation: string; readonly declaration: StoredDeclaration }

export function judgeLocalMode(declared: readonly DeclaredAt[]): AnnotationDiagnostic[] {
  const bySeed = new Map<string, Seeded>()
  return declared.flatMap(({ annotation, declaration }): AnnotationDiagnostic[] => {
    const source = localSourceOf(declaration)
    if (source.from === 'nothing') {
      const what = declaration.what === 'resource' ? 'a resource' : 'a REFERENCE of type TEXT'
      const message = `attribute "localValue" is missing: local mode has no value for ${what}`
      return [{ severity: 'error', code: 'MISSING_ATTRIBUTE', annotation, message }]
    }
    if (source.from === 'base64' && decodeBase64(source.text).diagnostics)
      return [{ severity: 'error', code: 'BAD_VALUE', annotation, message: 'localModeValue is not base64' }]
    if (source.from !== 'seed') return []
    const own = { annotation, key: localKeyOf(declaration), source }
    const other = bySeed.get(source.seed)
    bySeed.set(source.seed, other ?? own)
    if (other === undefined || other.key === own.key || areOneGroup(other.source, source)) return []
    const message = `in local mode, the value is derived from the same name as that of ${other.annotation}: what follows the last "_" does not count`
    const hint = 'set localValue if the values must differ'
    return [{ severity: 'warning', code: 'LOCAL_MODE', annotation, message, hint }]
  })
}

type Seeded = { readonly annotation: string; readonly key: string; readonly source: LocalSeed }

/** Whose values belong together outside of local mode too. */
function areOneGroup(one: LocalSeed, other: LocalSeed): boolean {
  return one.recipe.type === other.recipe.type && one.role !== 'value' && other.role !== 'value'
}
