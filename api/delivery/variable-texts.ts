/** Texts of annotations that would be in an environment variable, and that the kubelet cannot read: runtime/values/env-file.ts judges the whole values. */
import { deliveryOf } from '../pod/delivery.ts'
import type { Declaration } from '../declaration/declaration.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import type { Composed, Declared } from '../pod/pod-annotations.ts'

export function findVariableTexts(all: readonly (Declared | Composed)[]): AnnotationDiagnostic[] {
  return all.flatMap(({ annotation, declaration }): AnnotationDiagnostic[] => {
    const wrong = deliveryOf(declaration).to === 'env' ? wrongIn(declaration) : undefined
    if (wrong === undefined) return []
    const hint = 'deliver it as a file: attribute file in place of env'
    return [{ severity: 'error', code: 'BAD_DELIVERY', annotation, message: wrong, hint }]
  })
}

const unreadable = /['\r\0]/
const why =
  'has a single quote, a carriage return or a NUL character, which the kubelet cannot read into an environment variable'

function wrongIn(declaration: Declaration): string | undefined {
  if (declaration.what === 'compose') {
    const isWrong = declaration.encode === undefined && declaration.text.some(isUnreadable)
    return isWrong ? `text ${why}` : undefined
  }
  const text = declaration.what === 'resource' ? declaration.default : undefined
  if (text === '') return 'default is empty, which the kubelet takes for a variable that is missing'
  return text !== undefined && unreadable.test(text) ? `default ${why}` : undefined
}

function isUnreadable(part: unknown): boolean {
  return typeof part === 'string' && unreadable.test(part)
}
