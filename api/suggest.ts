import { type Diagnostic, quoteUpTo } from './diagnostic.ts'

/** The known word that a word differs from only by case, or by one letter too many, too few, wrong or swapped. */
export function closestWord<T extends string>(word: string, known: readonly T[]): T | undefined {
  const lower = word.toLowerCase()
  return known.find((one) => oneEditApart(lower, one.toLowerCase()))
}

/**
 * The same for names that people number: those that differ in digits alone are two names. @param known without the word.
 */
export function likelyMeant<T extends string>(word: string, known: readonly T[]): T | undefined {
  return closestWord(
    word,
    known.filter((one) => withoutDigits(one) !== withoutDigits(word)),
  )
}

/** Of a word that is not among those that are known, whose name it follows. @param meant the word to suggest. */
export function notKnown(
  word: string,
  known: readonly string[],
  meant: string | undefined = closestWord(word, known),
): Diagnostic {
  return { message: `is not known: known are ${known.join(', ')}`, ...didYouMean(meant) }
}

/** The hint of a Diagnostic, the only form of it; none where nothing is near. @param meant one word, or several that may be meant. */
export function didYouMean(...meant: readonly (string | undefined)[]): Pick<Diagnostic, 'hint'> {
  const words = meant.flatMap((one) => (one === undefined ? [] : [quoteUpTo(one, longestWord)]))
  return words.length === 0 ? {} : { hint: `did you mean ${words.join(' or ')}?` }
}

/** What is suggested is copied: the name of a parameter has 1,011 characters at most. */
const longestWord = 1024

function withoutDigits(text: string): string {
  return text.replace(/[0-9]/g, '')
}

function oneEditApart(a: string, b: string): boolean {
  if (a === b) return true
  if (Math.abs(a.length - b.length) > 1) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start++
  const [restA, restB] = [a.slice(start), b.slice(start)]
  if (restA.length > restB.length) return restA.slice(1) === restB
  if (restA.length < restB.length) return restA === restB.slice(1)
  if (restA.slice(1) === restB.slice(1)) return true
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2)
}
