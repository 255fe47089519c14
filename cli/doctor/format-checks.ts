import type { Paint } from '../report/paint.ts'
import { formatTable } from '../print/table.ts'
import type { Check } from './check.ts'

/** A row for each check; more lines of its message, and the hint, are rows below it. */
export function formatChecks(checks: readonly Omit<Check, 'exit'>[], paint: Paint): string {
  return formatTable(
    ['check', 'status', 'message'],
    checks.flatMap(({ check, status, message, hint }) => {
      const [first = '', ...more] = message.split('\n')
      const below = [...more, ...(hint === undefined ? [] : [`hint: ${hint}`])]
      return [[check, status, first], ...below.map((line) => ['', '', `  ${line}`])]
    }),
    paint,
  )
}
