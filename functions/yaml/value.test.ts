import t from 'tap'
import { parseSource } from './parse.ts'
import { allEntries, lookUp, toValue } from './value.ts'

function rootOf(text: string) {
  const root = parseSource(text).value?.[0]?.root
  if (!root) throw new Error('the text does not parse')
  return root
}

t.test('a value has every key as its own, also those of the prototype', async (t) => {
  const value = toValue(rootOf('__proto__: {a: 1}\nconstructor: b\n2: c\n'))
  t.strictSame(Object.entries(value ?? {}), [
    ['2', 'c'],
    ['__proto__', { a: 1 }],
    ['constructor', 'b'],
  ])
  t.equal(Object.getPrototypeOf(value), Object.prototype)
})

t.test('of a key that is there twice, and of one that is merged, the own last value counts', async (t) => {
  const root = rootOf('base: &base {a: 1, b: 2}\nmap: {<<: *base, b: 3, c: 4, c: 5}\n')
  const map = lookUp(root, 'map')
  t.strictSame(map && toValue(map), { a: 1, b: 3, c: 5 })
  t.strictSame(
    allEntries(map).map(([key]) => key),
    ['a', 'b', 'c'],
  )
  for (const [key, text] of [
    ['a', '1'],
    ['b', '3'],
    ['c', '5'],
  ] as const)
    t.match(lookUp(map, key), { text })
  t.equal(lookUp(map, 'd'), undefined)
})
