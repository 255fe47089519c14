/** Whether a text matches a pattern with `*` and `?`, in time that grows with the product of their lengths at most. */
export function matchesGlob(pattern: string, text: string): boolean {
  let [at, read] = [0, 0]
  /** The last `*`, and what of the text it stands for so far. */
  let star = -1
  let taken = 0
  while (read < text.length) {
    if (at < pattern.length && pattern[at] === '*') {
      star = at++
      taken = read
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[read])) {
      at++
      read++
    } else if (star >= 0) {
      at = star + 1
      read = ++taken
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
