/** The prefix of an annotation that is nearly one of kees: warnings, because others may use such words on purpose. */
import { type AnnotationDiagnostic, quote } from '../diagnostic.ts'
import { didYouMean, likelyMeant, closestWord } from '../suggest.ts'

const prefixes = ['secret', 'resource', 'compose', 'lease', 'init'] as const

export function unknownPrefix(key: string, what: string, domain: string): AnnotationDiagnostic {
  const known = prefixes.map((one) => `${one}.${domain}/`).join(', ')
  const meant = closestWord(what, prefixes)
  const hint = didYouMean(meant && `${meant}.${domain}/`)
  const message = `${quote(`${what}.${domain}/`)} is not known and has no effect; known are ${known}`
  return { severity: 'warning', code: 'UNKNOWN_PREFIX', annotation: key, message, ...hint }
}

/** A prefix of another domain that is a letter away from one of ours. Domains that differ in a digit alone are two. */
export function misspeltDomain(key: string, domain: string): AnnotationDiagnostic[] {
  const [dot, slash] = [key.indexOf('.'), key.indexOf('/')]
  // The length alone rules out most annotations.
  if (dot < 0 || Math.abs(slash - dot - 1 - domain.length) > 1) return []
  const [what, other] = [key.slice(0, dot), key.slice(dot + 1, slash)]
  if (other === domain || likelyMeant(other, [domain]) === undefined) return []
  const meant = closestWord(what, prefixes)
  if (meant === undefined) return []
  const message = `${quote(`${what}.${other}/`)} is not known and has no effect`
  const hint = didYouMean(`${meant}.${domain}/`)
  return [{ severity: 'warning', code: 'UNKNOWN_PREFIX', annotation: key, message, ...hint }]
}
