/**
 * Words of the contract that a program does not deliver yet. It refuses them by name, because a value that is delivered in another shape
 * than declared is worse than none. Each list becomes shorter with the program, until the file goes.
 */
import { newWords } from './contract.ts'
import type { AnnotationDiagnostic } from './diagnostic.ts'
import type { PodAnnotations } from './pod-annotations.ts'

/** @param words as newWords names them. */
export function refuseWords(
  { declared, composed }: Pick<PodAnnotations, 'declared' | 'composed'>,
  words: readonly string[],
): AnnotationDiagnostic[] {
  return [...declared, ...composed].flatMap(({ annotation, declaration }) =>
    newWords(declaration)
      .filter((one) => words.includes(one))
      .map((one): AnnotationDiagnostic => {
        const message = `${one} is not supported yet by this program`
        return { severity: 'error', code: 'NOT_SUPPORTED', annotation, message }
      }),
  )
}

/** For the programs of build time. */
export const buildWords = ['env'] as const
