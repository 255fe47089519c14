import t from 'tap'
import { heldBy, type LeaseRecord, leaseSpec, mayHold, observe, readLease, released } from './lease.ts'

const time = new Date('2026-01-02T03:04:05.678Z')
const record: LeaseRecord = {
  holder: 'a',
  duration: 15,
  acquireTime: '2026-01-01T00:00:00.000000Z',
  renewTime: '2026-01-01T00:00:00.000000Z',
  transitions: 4,
}

t.strictSame(readLease({ spec: leaseSpec(record) }), record, 'a record survives the wire')
t.strictSame(
  readLease({ spec: {} }),
  { holder: '', duration: 0, acquireTime: '', renewTime: '', transitions: 0 },
  'a Lease that nobody held yet',
)

t.strictSame(
  heldBy(undefined, 'a', 15, time),
  {
    holder: 'a',
    duration: 15,
    acquireTime: '2026-01-02T03:04:05.678000Z',
    renewTime: '2026-01-02T03:04:05.678000Z',
    transitions: 0,
  },
  'the first that holds it',
)
t.strictSame(
  heldBy(record, 'a', 15, time),
  { ...record, renewTime: '2026-01-02T03:04:05.678000Z' },
  'who renews keeps the time of acquiring',
)
t.match(heldBy(record, 'b', 15, time), { holder: 'b', transitions: 5 }, 'who takes over is a transition')
t.match(released(record, time), { holder: '', duration: 1, transitions: 4 }, 'who releases leaves it free')

t.test('the age of a record counts from when it was first seen, not from the times in it', async (t) => {
  const first = observe(undefined, record, 1000)
  t.equal(observe(first, { ...record }, 9000), first, 'the same record is not younger for being seen again')
  t.notOk(mayHold(first, 'b', 15_999))
  t.ok(mayHold(first, 'b', 16_000))
  const renewed = observe(first, { ...record, renewTime: '1999-01-01T00:00:00.000000Z' }, 9000)
  t.notOk(mayHold(renewed, 'b', 16_000), 'a renewal counts, even by a clock that is wrong')
  t.ok(mayHold(renewed, 'a', 9000), 'its holder may keep it')
  t.ok(mayHold(observe(first, released(record, time), 9000), 'b', 9000), 'what is released is free at once')
})
