/** Whether one of two absolute paths contains the other, also where they are written with more slashes and dots. */
export function pathsOverlap(one: string, other: string): 'same' | 'first inside' | 'second inside' | 'none' {
  const [a, b] = [normalisePath(one), normalisePath(other)]
  if (a === b) return 'same'
  if (a.startsWith(b)) return 'first inside'
  return b.startsWith(a) ? 'second inside' : 'none'
}

/** As nearly all are written. */
const isNormal = /^(?:\/[^/.][^/]*)+$/

/** With a slash at both ends. */
export function normalisePath(path: string): string {
  if (isNormal.test(path)) return `${path}/`
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '..') steps.pop()
    else if (step !== '' && step !== '.') steps.push(step)
  }
  return ['', ...steps, ''].join('/')
}
