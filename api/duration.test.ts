import { strictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { anyText } from './declaration/arbitrary-declaration.ts'
import { formatDuration, longestDuration, parseDuration } from './duration.ts'

const parsed: readonly (readonly [title: string, text: string, milliseconds: number | undefined])[] = [
  ['seconds', '300s', 300_000],
  ['minutes', '5m', 300_000],
  ['hours', '2h', 7_200_000],
  ['milliseconds', '500ms', 500],
  ['units add up', '1h30m', 5_400_000],
  ['minutes beside milliseconds', '1m1ms', 60_001],
  ['zero with a unit', '0s', 0],
  ['zero without a unit', '0', 0],
  ['leading zeros', '007s', 7000],
  ['the longest that a timer of Node waits', '2147483647ms', longestDuration],
  ['longer than a timer of Node waits', '2147483648ms', undefined],
  ['units that add up to too much', '596h32m', undefined],
  ['digits without end', `${'9'.repeat(400)}h`, undefined],
  ['nothing', '', undefined],
  ['a number without a unit', '300', undefined],
  ['a unit without a number', 's', undefined],
  ['a negative number', '-1s', undefined],
  ['a fraction', '1.5s', undefined],
  ['an exponent', '1e3s', undefined],
  ['days', '1d', undefined],
  ['a unit in upper case', '1S', undefined],
  ['a space between number and unit', '1 s', undefined],
  ['a space around', ' 1s', undefined],
  ['a line end', '1s\n', undefined],
]

for (const [title, text, milliseconds] of parsed) {
  t.equal(
    parseDuration(text),
    milliseconds,
    `${milliseconds === undefined ? 'no duration' : 'a duration'}: ${title}`,
  )
}

const formatted: readonly (readonly [title: string, milliseconds: number, text: string])[] = [
  ['whole hours', 7_200_000, '2h'],
  ['whole minutes', 300_000, '5m'],
  ['whole seconds', 90_000, '90s'],
  ['milliseconds', 12_345_678, '12345678ms'],
  ['zero', 0, '0s'],
]

for (const [title, milliseconds, text] of formatted)
  t.equal(formatDuration(milliseconds), text, `written: ${title}`)

await t.test('what is formatted is parsed back as it was', async () => {
  const units = fc.constantFrom(1, 1000, 60_000, 3_600_000)
  const milliseconds = fc
    .tuple(fc.nat(longestDuration), units)
    .map(([count, unit]) => Math.floor(count / unit) * unit)
  fc.assert(fc.property(milliseconds, (value) => strictEqual(parseDuration(formatDuration(value)), value)))
})

await t.test('any text is a whole number of milliseconds that a timer waits, or none', async () => {
  const near = fc
    .array(fc.constantFrom('0', '1', '9999999', 'ms', 's', 'm', 'h', ' ', '-'))
    .map((some) => some.join(''))
  fc.assert(
    fc.property(fc.oneof(near, anyText), (text) => {
      const value = parseDuration(text) ?? 0
      strictEqual(Number.isInteger(value) && value >= 0 && value <= longestDuration, true)
    }),
  )
})
