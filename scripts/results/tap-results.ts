/** Parses the output of tap: https://testanything.org/tap-version-14-specification.html */
type TapResults = {
  /** The counts of tap's closing line; absent if the output is incomplete. */
  readonly totals?: TapTotals
  readonly skipped: readonly Omitted[]
  readonly todo: readonly Omitted[]
}

export type TapTotals = {
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** A test that did not run, with the words after the directive. */
export type Omitted = { readonly name: string; readonly reason: string }

const closingLine = /^# \{ total: \d+.* \}$/gm
/** A "#" inside a name has a backslash before it. */
const directive = /^ *(?:not )?ok \d+(?: - (?<name>.*?))? # (?<what>SKIP|TODO)\b ?(?<reason>.*)$/gim

export function parseTap(text: string): TapResults {
  const closing = text.match(closingLine)?.at(-1)
  const omitted = [...text.matchAll(directive)].map(({ groups }) => ({
    what: groups?.['what']?.toUpperCase(),
    name: groups?.['name'] ?? '',
    reason: groups?.['reason']?.trim() ?? '',
  }))
  const of = (what: string) =>
    omitted.filter((one) => one.what === what).map(({ name, reason }) => ({ name, reason }))
  const results = { skipped: of('SKIP'), todo: of('TODO') }
  return closing === undefined ? results : { ...results, totals: readTotals(closing) }
}

/** tap omits counts of zero. */
export function readTotals(line: string): TapTotals {
  const count = (what: string) => Number(new RegExp(` ${what}: (\\d+)`).exec(line)?.[1] ?? 0)
  return { total: count('total'), passed: count('pass'), failed: count('fail'), skipped: count('skip') }
}
