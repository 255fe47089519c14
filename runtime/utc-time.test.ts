import fc from 'fast-check'
import t from 'tap'
import { formatUtc } from './utc-time.ts'

t.test('a time is written as toISOString does', async () => {
  const [min, max] = [new Date('0000-01-01T00:00:00.000Z'), new Date('9999-12-31T23:59:59.999Z')]
  fc.assert(
    fc.property(fc.date({ min, max, noInvalidDate: true }), (time) => formatUtc(time) === time.toISOString()),
    { examples: [[min], [max], [new Date(0)]] },
  )
})
