import * as fc from 'fast-check'
import t from 'tap'
import { formatRef, type ParameterRef } from './parameter-store.ts'
import { batchRefs, batchSelectors } from './batch.ts'

const refs = (...texts: readonly string[]): ParameterRef[] =>
  texts.map((text) => {
    const [name = '', selector] = text.split(':')
    return selector === undefined ? { name } : { name, selector }
  })

const plan = (...texts: readonly string[]) =>
  batchSelectors(refs(...texts)).map((call) => call.map(formatRef))

t.strictSame(plan(), [], 'nothing takes no call')
t.strictSame(plan('/a', '/b'), [['/a', '/b']], 'two names take one call')
t.strictSame(plan('/a', '/a:1', '/b'), [['/a', '/b'], ['/a:1']], 'two selectors of a name take two calls')
t.strictSame(
  batchSelectors(Array.from({ length: 23 }, (_, index) => ({ name: `/n${index}` }))).map(
    (call) => call.length,
  ),
  [10, 10, 3],
  'twenty-three names take three calls',
)

const anyRefs = fc.uniqueArray(fc.tuple(fc.nat({ max: 30 }), fc.constantFrom('', ':1', ':2', ':blue')), {
  maxLength: 90,
  selector: ([name, selector]) => `${name}${selector}`,
})

await t.test('each name is requested once, with at most ten names a call', async () => {
  fc.assert(
    fc.property(anyRefs, (pairs) => {
      const texts = pairs.map(([name, selector]) => `/n${name}${selector}`)
      const calls = batchSelectors(refs(...texts))
      const asked = calls.flat().map(formatRef)
      const fair = calls.every(
        (call) =>
          call.length > 0 && call.length <= 10 && new Set(call.map(({ name }) => name)).size === call.length,
      )
      return fair && asked.toSorted().join() === texts.toSorted().join()
    }),
  )
})

t.strictSame(
  batchRefs([
    { name: '/a' },
    { from: 'secretsmanager', name: '/a' },
    { name: '/b' },
    { from: 'secretsmanager', name: 'b' },
  ]).map((call) => call.map(formatRef)),
  [['/a', '/b'], ['secretsmanager:/a'], ['secretsmanager:b']],
  'each secret takes a call of its own',
)
