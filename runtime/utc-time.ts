/**
 * A time as Date.prototype.toISOString writes it, without the machine's time zone, which V8 asks ICU for although the text is in UTC: at the start of a
 * program that takes 1 MB (docs/performance.md).
 */
export function formatUtc(time: Date): string {
  const date = [padded(time.getUTCFullYear(), 4), padded(time.getUTCMonth() + 1), padded(time.getUTCDate())]
  const hours = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()].map((part) => padded(part))
  return `${date.join('-')}T${hours.join(':')}.${padded(time.getUTCMilliseconds(), 3)}Z`
}

function padded(part: number, digits = 2): string {
  return String(part).padStart(digits, '0')
}
