/** What stands before the slash of an annotation that is nearly ours: warnings, for others may have words of their own. */
import { type Mistake, quote } from './mistake.ts'
import { didYouMean, likelyMeant, nearMiss } from './near-miss.ts'

const prefixes = ['secret', 'resource', 'lease', 'init'] as const

export function unknownPrefix(key: string, what: string, domain: string): Mistake {
  const known = prefixes.map((one) => `${one}.${domain}/`).join(', ')
  const meant = nearMiss(what, prefixes)
  const hint = didYouMean(meant && quote(`${meant}.${domain}/`))
  const message = `${quote(`${what}.${domain}/`)} is not known and has no effect; known are ${known}${hint}`
  return { severity: 'warning', code: 'UNKNOWN_PREFIX', annotation: key, message }
}

/** A prefix of another domain that is a letter away from one of ours. Domains that differ in a digit alone are two. */
export function misspeltDomain(key: string, domain: string): Mistake[] {
  const [before = ''] = key.split('/', 1)
  const dot = before.indexOf('.')
  if (dot < 0 || before.length === key.length) return []
  const [what, other] = [before.slice(0, dot), before.slice(dot + 1)]
  const meant = nearMiss(what, prefixes)
  const isTypo = other !== domain && likelyMeant(other, [domain]) !== undefined
  if (meant === undefined || !isTypo) return []
  const message = `${quote(`${before}/`)} is not known and has no effect${didYouMean(quote(`${meant}.${domain}/`))}`
  return [{ severity: 'warning', code: 'UNKNOWN_PREFIX', annotation: key, message }]
}
