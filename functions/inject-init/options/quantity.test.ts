import { equal } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  validateBytes,
} from './quantity.ts'

for (const text of [
  '1',
  '0',
  '50m',
  '0.5',
  '.5',
  '5.',
  '1e3',
  '1E3',
  '1E',
  '12e-2',
  '1e+3',
  '64Mi',
  '1Ki',
  '+1',
  '-1',
  '100n',
])
  t.ok(parseQuantity(text), `${text} is a quantity`)

for (const text of [
  '',
  'lots',
  '1K',
  '1mi',
  '1 Mi',
  '1MB',
  '1.2.3',
  '.',
  '1e',
  'Mi',
  '1e999',
  '0x10',
  '1_000',
  '１',
  '1Mi\n',
])
  t.equal(parseQuantity(text), undefined, `${JSON.stringify(text)} is none`)

const order: readonly (readonly [less: string, more: string])[] = [
  ['999m', '1'],
  ['1M', '1Mi'],
  ['1023Ki', '1Mi'],
  ['-1', '0'],
  ['0.1', '101m'],
  ['1E', '1Ei'],
  ['9007199254740992', '9007199254740993'],
]
const compare = (one: string, other: string) =>
  compareQuantities(
    parseQuantity(one) ?? { units: -1n, scale: 0 },
    parseQuantity(other) ?? { units: -1n, scale: 0 },
  )
for (const [less, more] of order) {
  t.equal(compare(less, more), -1, `${less} < ${more}`)
  t.equal(compare(more, less), 1, `${more} > ${less}`)
}
for (const [one, other] of [
  ['1', '1000m'],
  ['1Gi', '1024Mi'],
  ['1e3', '1k'],
  ['0.5', '.50'],
  ['12e-2', '120m'],
] as const)
  t.equal(compare(one, other), 0, `${one} is ${other}`)

const parsed = (text: string): Quantity => parseQuantity(text) ?? { units: -1n, scale: 0 }
for (const [one, other, sum] of [
  ['1Gi', '64Mi', '1088Mi'],
  ['50m', '0.15', '200m'],
  ['2', '50m', '2050m'],
  ['1500m', '0.5', '2'],
  ['1u', '1', '1000001u'],
  ['1n', '0', '1n'],
  ['0', '0', '0'],
  ['90e6', '0', '90000000'],
] as const)
  t.equal(formatQuantity(addQuantities(parsed(one), parsed(other))), sum, `${one} and ${other}`)

t.strictSame(validateBytes('16Mi'), [])
t.strictSame(validateBytes('1.5Gi'), [])
t.strictSame(validateBytes('1000m'), [], 'a whole number of bytes in an unusual notation')
t.strictSame(validateBytes('64m'), [
  { message: 'must be a whole number of bytes', hint: 'did you mean "64Mi"?' },
])
t.strictSame(validateBytes('-1'), [{ message: 'must be a quantity such as 16Mi' }])

await t.test('every number that JavaScript prints is a quantity, or too long to be one', async () => {
  fc.assert(
    fc.property(fc.double({ min: -1e15, max: 1e15, noNaN: true }), (number) => {
      const quantity = parseQuantity(String(number))
      if (quantity) equal(Number(`${quantity.units}e-${quantity.scale}`), number + 0)
      else equal(/e-\d{3}$/.test(String(number)), true)
    }),
  )
})
