const units = new Map([
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
])

/** In milliseconds, 596 hours: a timer of Node that is set to more fires at once. */
export const longestDuration = 2 ** 31 - 1

/** A duration such as `300s`, `5m`, `1h30m` or `500ms`, in milliseconds; undefined when it is none or too long. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^([0-9]+(ms|s|m|h))+$/.test(text)) return undefined
  let total = 0
  for (const [, count, unit] of text.matchAll(/([0-9]+)(ms|s|m|h)/g)) {
    total += Number(count) * (units.get(unit ?? '') ?? NaN)
  }
  return total <= longestDuration ? total : undefined
}

/** The shortest text with one unit that parseDuration reads back. @param milliseconds whole, up to longestDuration. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s'
  for (const [unit, length] of units) {
    if (milliseconds % length === 0) return `${milliseconds / length}${unit}`
  }
  return `${milliseconds}ms`
}
