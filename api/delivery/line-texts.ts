/** Texts of annotations that would be a line of a file whose format cannot hold them. Init judges the whole values. */
import { deliveryOf } from '../pod/delivery.ts'
import type { Declaration } from '../declaration/declaration.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import type { Composed, Declared } from '../pod/pod-annotations.ts'
import type { SecretsFormat } from '../secrets-format.ts'
import { whyUnfit } from './unfit-value.ts'

export function findLineTexts(
  all: readonly (Declared | Composed)[],
  format: SecretsFormat,
): AnnotationDiagnostic[] {
  return all.flatMap(({ annotation, declaration }): AnnotationDiagnostic[] => {
    const [attribute, text] = fixedText(declaration)
    const wrong = deliveryOf(declaration).to === 'line' ? whyUnfit(format, text) : undefined
    if (wrong === undefined) return []
    const message = `${attribute} ${wrong}`
    const hint = 'deliver it as a file: attribute file; or choose another format'
    return [{ severity: 'error', code: 'BAD_DELIVERY', annotation, message, hint }]
  })
}

/** What the annotation has of the value. With a letter for each reference: what is wrong then is wrong with every value. */
function fixedText(declaration: Declaration): readonly [attribute: string, text: string] {
  if (declaration.what === 'resource') return ['default', declaration.default ?? '']
  if (declaration.what !== 'compose' || declaration.encode !== undefined) return ['text', '']
  return ['text', declaration.text.map((part) => (typeof part === 'string' ? part : 'x')).join('')]
}
