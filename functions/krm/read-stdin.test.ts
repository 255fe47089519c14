import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { type InputFile, readStdin } from './read-stdin.ts'

const limit = { largest: 4 }
const bytes = (text: string) => Buffer.from(text)
/** Gives a chunk with each call. */
const file = (chunks: string[], atEnd = (): number => 0): InputFile => ({
  size: () => 0,
  readInto: (buffer) => {
    const chunk = chunks.shift()
    return chunk === undefined ? atEnd() : buffer.write(chunk)
  },
})
const failing = (code: string, chunks: string[] = []) =>
  file(chunks, () => {
    throw Object.assign(new Error(code), { code })
  })
function unread(): AsyncIterable<Uint8Array> {
  throw new Error('the stream is not to be looked at')
}
async function* rest(): AsyncGenerator<Uint8Array> {
  yield bytes('c')
  yield bytes('d')
}

await t.test('available input is read at once', async (t) => {
  t.same(await readStdin(limit, unread, file(['a', 'b'])), { value: bytes('ab') })
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
  t.same(await readStdin(limit, unread, file(chunks)), {
    diagnostics: [{ message: 'standard input has more than 4 bytes, which is the limit' }],
  })
  t.same(chunks, ['f'])
  t.match(
    await readStdin({ largest: 1 }, rest, failing('EAGAIN')),
    { diagnostics: [{}] },
    'likewise as a stream',
  )
})

const isUseless = (piece: Uint8Array) => piece.includes(0x21)

await t.test('nothing is read after a piece that shows that the input is of no use', async (t) => {
  const chunks = ['a', '!', 'b']
  const read = await readStdin({ ...limit, isUseless }, unread, file(chunks))
  t.same([read, chunks], [{ value: bytes('a!') }, ['b']])
})

/** @param onRead is given each buffer, and how many bytes were read into it. */
function largeFile(size: number, onRead: (buffer: Buffer, read: number) => void): InputFile {
  let left = size
  return {
    size: () => size,
    readInto: (buffer) => {
      const read = Math.min(buffer.length, left)
      buffer.fill(0x21, 0, read)
      left -= read
      onRead(buffer, read)
      return read
    },
  }
}

await t.test('of a large file, no more is read than shows that it is of no use or too large', async (t) => {
  const [chunkSize, size] = [1_048_576, 400_000_000]
  let read = 0
  const count = (_: Buffer, one: number) => (read += one)
  await readStdin({ largest: size, isUseless }, unread, largeFile(size, count))
  t.equal(read, chunkSize)
  read = 0
  const sizes = new Set<number>()
  const tooLarge = largeFile(size, (buffer, one) => {
    count(buffer, one)
    sizes.add(buffer.buffer.byteLength)
  })
  const { diagnostics } = await readStdin({ largest: 100 }, unread, tooLarge)
  t.same(diagnostics, [{ message: 'standard input has more than 100 bytes, which is the limit' }])
  t.same([read, ...sizes], [chunkSize, chunkSize], 'and no more memory is reserved')
})

await t.test('a large file is in one buffer, which is not copied', async (t) => {
  const size = 3_000_000
  const buffers = new Set<ArrayBufferLike>()
  const { value } = await readStdin(
    { largest: size },
    unread,
    largeFile(size, ({ buffer }) => buffers.add(buffer)),
  )
  t.equal(value?.length, size)
  t.ok(value?.equals(Buffer.alloc(size, 0x21)))
  t.same([buffers.size, value && buffers.has(value.buffer)], [1, true])
})

await t.test('nothing of the input is kept when it was read', async (t) => {
  // The heap of a worker is small: garbage of the one that test files share takes ten times as long to collect.
  const program = `
    const { runInNewContext } = require('node:vm')
    const { parentPort } = require('node:worker_threads')
    require('node:v8').setFlagsFromString('--expose-gc')
    const size = 3_000_000
    let memory
    async function read({ readStdin }) {
      let left = size
      const readInto = (buffer) => {
        memory = new WeakRef(buffer.buffer)
        const read = Math.min(buffer.length, left)
        left -= read
        return read
      }
      return (await readStdin({ largest: size }, undefined, { size: () => size, readInto })).value.length
    }
    import(${JSON.stringify(new URL('read-stdin.ts', import.meta.url).href)}).then(read).then((length) => {
      // What a WeakRef refers to is kept until the turn in which it was made is over.
      setImmediate(() => {
        runInNewContext('gc')()
        parentPort.postMessage([length, memory.deref()?.byteLength])
      })
    })`
  const [answer]: unknown[] = await once(new Worker(program, { eval: true }), 'message')
  t.same(answer, [3_000_000, undefined])
})
