/** Texts of annotations that no file or variable of their delivery can hold. Init judges the whole values. */
import { deliveryOf } from '../pod/delivery.ts'
import type { Declaration } from '../declaration/declaration.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import type { Composed, Declared } from '../pod/pod-annotations.ts'
import type { SecretsFormat } from '../secrets-format.ts'
import { whyUnfit, whyUnfitVariable } from './unfit-value.ts'

export function findFixedTexts(
  all: readonly (Declared | Composed)[],
  format: SecretsFormat,
): AnnotationDiagnostic[] {
  return all.flatMap(({ annotation, declaration }): AnnotationDiagnostic[] => {
    const fixed = fixedText(declaration)
    if (fixed === undefined) return []
    const { to } = deliveryOf(declaration)
    const isVariable = to === 'env'
    const wrong = isVariable ? whyUnfitVariable(fixed.text) : to === 'line' && whyUnfit(format, fixed.text)
    if (wrong === undefined || wrong === false) return []
    const message = `${fixed.attribute} ${wrong}`
    const hint = isVariable
      ? 'deliver it as a file: attribute file in place of env'
      : 'deliver it as a file: attribute file; or choose another format'
    return [{ severity: 'error', code: 'BAD_DELIVERY', annotation, message, hint }]
  })
}

/** What the annotation has of the value. With a letter for each reference: what is wrong then is wrong with every value. */
function fixedText(
  declaration: Declaration,
): { readonly attribute: string; readonly text: string } | undefined {
  if (declaration.what === 'resource') {
    return declaration.default === undefined ? undefined : { attribute: 'default', text: declaration.default }
  }
  if (declaration.what !== 'compose' || declaration.encode !== undefined) return undefined
  const text = declaration.text.map((part) => (typeof part === 'string' ? part : 'x')).join('')
  return { attribute: 'text', text }
}
