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

await t.test('what is there is read in one go', async (t) => {
  const chunks = ['a', 'b', '']
  t.same(await readStdin(unread, () => bytes(chunks.shift() ?? '')), { value: bytes('ab') })
})

await t.test('where the pipe does not block, the rest comes from the stream', async (t) => {
  t.same(await readStdin(rest, failing('EAGAIN', ['a', 'b'])), { value: bytes('abcd') })
})

await t.test('what cannot be read is said', async (t) => {
  t.same(await readStdin(unread, failing('EISDIR')), {
    diagnostics: [{ message: 'standard input cannot be read: EISDIR' }],
  })
})
