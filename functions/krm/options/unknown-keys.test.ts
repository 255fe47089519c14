import t from 'tap'
import { unknownKeys } from './unknown-keys.ts'

t.test('each unknown key is reported with its path, and with a similar known key', async (t) => {
  t.strictSame(unknownKeys({ limits: 1, limts: 2, 'x y\n': 3, other: 4 }, ['limits', 'requests']), [
    { message: '.limts is not known: known are limits, requests', hint: 'did you mean "limits"?' },
    { message: '."x y\\n" is not known: known are limits, requests' },
    { message: '.other is not known: known are limits, requests' },
  ])
})

t.test('a map with known keys only has no results', async (t) => {
  t.strictSame(unknownKeys({ limits: 1 }, ['limits']), [])
  t.strictSame(unknownKeys({}, ['limits']), [])
})
