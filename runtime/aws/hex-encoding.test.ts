import * as theirs from '@smithy/core/serde'
import * as fc from 'fast-check'
import t from 'tap'
import { fromHex, toHex } from './hex-encoding.ts'

t.test('it writes and reads what the module of the package does', async () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(3), (all, begin) => {
      // A view of a part of its memory, as a Buffer is.
      const bytes = all.subarray(Math.min(begin, all.length))
      const text = toHex(bytes)
      return (
        text === theirs.toHex(bytes) &&
        Buffer.compare(fromHex(text), theirs.fromHex(text)) === 0 &&
        Buffer.compare(fromHex(text.toUpperCase()), bytes) === 0
      )
    }),
  )
})

t.test('what is no hexadecimal text is refused, as there', async (t) => {
  for (const text of ['a', 'abc', 'xy', '12 4'])
    for (const read of [fromHex, theirs.fromHex]) t.throws(() => read(text), text)
})
