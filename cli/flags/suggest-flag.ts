import { closestWord } from '../../api/suggest.ts'

/** The known word that the user probably meant: a similar one, or the only one with this prefix. */
export function suggestFlag(word: string, known: readonly string[]): string | undefined {
  const near = closestWord(word, known)
  if (near !== undefined || word.length < 3) return near
  const [one, ...more] = known.filter((name) => name.startsWith(word) || word.startsWith(name))
  return more.length === 0 ? one : undefined
}
