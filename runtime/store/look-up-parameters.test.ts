import t from 'tap'
import { failed } from '../failure.ts'
import { lookUpParameters } from './look-up-parameters.ts'
import { peer } from '../fixtures.ts'

/** A store in which all is missing that begins with /missing, and access to what begins with /denied is denied. */
function askedStore() {
  const calls: string[][] = []
  const exists = async (names: readonly string[]) => {
    calls.push([...names])
    if (names.some((name) => name.startsWith('/denied')))
      throw failed({ code: 'ACCESS_DENIED', message: 'denied', ...peer })
    if (names.some((name) => name.startsWith('/far')))
      throw failed({ code: 'UNREACHABLE', message: 'far', ...peer })
    return new Set(names.filter((name) => !name.startsWith('/missing')))
  }
  return { store: { exists }, calls }
}
const refs = (...names: readonly string[]) => names.map((name) => ({ name }))

t.test('ten per call, each once, never two selectors of one name together', async (t) => {
  const { store, calls } = askedStore()
  const names = Array.from({ length: 25 }, (_, index) => `/n${index}`)
  const progress: string[] = []
  const pinned = [{ name: '/n0', selector: '3' }]
  const standings = await lookUpParameters(store, [...refs(...names, ...names), ...pinned], (done, total) =>
    progress.push(`${done}/${total}`),
  )
  t.strictSame(
    calls.map((call) => call.length),
    [10, 10, 6],
  )
  t.strictSame([...standings.keys()].toSorted(), [...names, '/n0:3'].toSorted())
  t.equal(progress.at(-1), '26/26')
})

t.test('a denied parameter does not hide the others', async (t) => {
  const { store } = askedStore()
  const standings = await lookUpParameters(store, refs('/a', '/denied', '/missing'))
  t.match(Object.fromEntries(standings), {
    '/a': 'exists',
    '/missing': 'missing',
    '/denied': { code: 'ACCESS_DENIED' },
  })
})

t.test('an unreachable store is not reported as missing parameters', async (t) => {
  const { store } = askedStore()
  const standings = await lookUpParameters(store, refs('/far', '/missing'))
  t.match(Object.fromEntries(standings), {
    '/far': { code: 'UNREACHABLE' },
    '/missing': { code: 'UNREACHABLE' },
  })
})

t.test('without names there is no call', async (t) => {
  const { store, calls } = askedStore()
  t.equal((await lookUpParameters(store, [])).size, 0)
  t.strictSame(calls, [])
})
