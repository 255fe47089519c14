import { nearMiss } from '../api/near-miss.ts'

/** The known word that somebody may have meant: nearly the same, or the only one that begins so. */
export function meantBy(word: string, known: readonly string[]): string | undefined {
  const near = nearMiss(word, known)
  if (near !== undefined || word.length < 3) return near
  const [one, ...more] = known.filter((name) => name.startsWith(word) || word.startsWith(name))
  return more.length === 0 ? one : undefined
}
