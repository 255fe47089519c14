import { equal } from 'node:assert/strict'
import { resolve } from 'node:path'
import * as fc from 'fast-check'
import t from 'tap'
import { pathsOverlap } from './paths-overlap.ts'

const cases: readonly (readonly [one: string, other: string, overlap: ReturnType<typeof pathsOverlap>])[] = [
  ['/secret', '/secret', 'same'],
  ['/secret//x/../', '/./secret', 'same'],
  ['/secret/annotations', '/secret', 'first inside'],
  ['/', '/secret', 'second inside'],
  ['/secret', '/secrets', 'none'],
  ['/secret/../other', '/secret', 'none'],
  ['/../secret', '/secret', 'same'],
]
for (const [one, other, overlap] of cases) t.equal(pathsOverlap(one, other), overlap, `${one} and ${other}`)

await t.test('paths are the same where Node says so', async () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', '..', '.', '', '...'), { maxLength: 5 })
    .map((steps) => `/${steps.join('/')}`)
  fc.assert(
    fc.property(path, path, (one, other) => {
      equal(pathsOverlap(one, other) === 'same', resolve(one) === resolve(other))
    }),
  )
})
