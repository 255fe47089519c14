import t from 'tap'
import { readStdin } from './read-stdin.ts'

const limit = { largest: 4 }
const bytes = (text: string) => Buffer.from(text)
const failing =
  (code: string, chunks: string[] = []) =>
  () => {
    const chunk = chunks.shift()
    if (chunk !== undefined) return bytes(chunk)
    throw Object.assign(new Error(code), { code })
  }
function unread(): AsyncIterable<Uint8Array> {
  throw new Error('the stream is not to be looked at')
}
async function* rest(): AsyncGenerator<Uint8Array> {
  yield bytes('c')
  yield bytes('d')
}

await t.test('available input is read at once', async (t) => {
  const chunks = ['a', 'b', '']
  t.same(await readStdin(limit, unread, () => bytes(chunks.shift() ?? '')), { value: bytes('ab') })
})

await t.test('the rest of a non-blocking pipe is read from the stream', async (t) => {
  t.same(await readStdin(limit, rest, failing('EAGAIN', ['a', 'b'])), { value: bytes('abcd') })
})

await t.test('a read error is reported', async (t) => {
  t.same(await readStdin(limit, unread, failing('EISDIR')), {
    diagnostics: [{ message: 'standard input cannot be read: EISDIR' }],
  })
})

await t.test('more than the limit is an error, and no more is read than shows it', async (t) => {
  const chunks = ['ab', 'cd', 'e', 'f']
  t.same(await readStdin(limit, unread, () => bytes(chunks.shift() ?? '')), {
    diagnostics: [{ message: 'standard input has more than 4 bytes, which is the limit' }],
  })
  t.same(chunks, ['f'])
  t.match(
    await readStdin({ largest: 1 }, rest, failing('EAGAIN')),
    { diagnostics: [{}] },
    'likewise as a stream',
  )
})

await t.test('nothing is read after a piece that shows that the input is of no use', async (t) => {
  const chunks = ['a', '!', 'b']
  const read = await readStdin({ ...limit, isUseless: (piece) => piece.includes(0x21) }, unread, () =>
    bytes(chunks.shift() ?? ''),
  )
  t.same([read, chunks], [{ value: bytes('a!') }, ['b']])
})
