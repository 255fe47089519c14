import t from 'tap'
import { readStdin } from './read-stdin.ts'

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
  t.same(await readStdin(unread, () => bytes(chunks.shift() ?? '')), { value: bytes('ab') })
})

await t.test('the rest of a non-blocking pipe is read from the stream', async (t) => {
  t.same(await readStdin(rest, failing('EAGAIN', ['a', 'b'])), { value: bytes('abcd') })
})

await t.test('a read error is reported', async (t) => {
  t.same(await readStdin(unread, failing('EISDIR')), {
    diagnostics: [{ message: 'standard input cannot be read: EISDIR' }],
  })
})
