/** What the parser accepts is compared with what Node's own server writes, and with what Node's own client reads of the same bytes. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { duplexPair } from 'node:stream'
import { text as textOf } from 'node:stream/consumers'
import { Worker } from 'node:worker_threads'
import fc from 'fast-check'
import t from 'tap'
import { wellFormedText } from '../../api/arbitrary-text.ts'
import { runs, share } from '../../api/test-effort.ts'
import { ResponseParser } from './response-parser.ts'

type Read = {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** @param parts as they arrive; then the connection ends. @returns what was read, or the code of the error. */
function parse(parts: readonly Buffer[]): Read | string {
  let body = ''
  const parser = new ResponseParser((bytes) => (body += bytes.toString('latin1')))
  try {
    for (const part of parts) parser.push(part)
    parser.end()
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : `a bug: ${String(error)}`
  }
  return { status: parser.head?.status ?? 0, headers: parser.head?.headers ?? {}, body }
}

/** @param sizes of the parts, one after the other. */
function split(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const parts: Buffer[] = []
  for (let [at, index] = [0, 0]; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    parts.push(bytes.subarray(at, at + size))
    at += size
  }
  return parts
}

/** What Node's own server sends. */
async function served(respond: (response: ServerResponse) => void): Promise<Buffer> {
  const server = createServer((_, response) => respond(response))
  const [client, connection] = duplexPair()
  server.emit('connection', connection)
  client.write('POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nconnection: close\r\n\r\n')
  const sent = Buffer.from(await textOf(client.setEncoding('latin1')), 'latin1')
  server.close()
  return sent
}

const anySizes = fc.oneof(
  fc.constant([1]),
  fc.constant([1_000_000]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
)
const printable = fc
  .string({ unit: fc.constantFrom('a', 'B', '0', ' ', ';', ',', ':', '=', '"', '\u00e9', '\t') })
  .map((value) => value.trim())
const anyHeaders = fc.dictionary(fc.constantFrom('x-a', 'X-B', 'date', 'x-amzn-errortype'), printable)
const anyContent = fc.array(wellFormedText({ minLength: 1, maxLength: 60 }), { maxLength: 4 })
const anyFraming = fc.constantFrom('length', 'chunks', 'chunks with trailers', 'until close', 'none')
const anyInterim = fc.array(fc.constantFrom('continue', 'processing', 'hints'), { maxLength: 2 })

type Case = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly content: readonly string[]
  readonly framing: string
  readonly interim: readonly string[]
}
const cases = fc.record<Case>({
  status: fc.constantFrom(200, 201, 204, 304, 400, 403, 500, 503),
  headers: anyHeaders,
  content: anyContent,
  framing: anyFraming,
  interim: anyInterim,
})

function answer({ status, headers, content, framing, interim }: Case): (response: ServerResponse) => void {
  return (response) => {
    for (const kind of interim) {
      if (kind === 'continue') response.writeContinue()
      else if (kind === 'processing') response.writeProcessing()
      else response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    }
    const whole = content.join('')
    if (framing === 'length') response.setHeader('content-length', Buffer.byteLength(whole))
    if (framing === 'until close') response.removeHeader('transfer-encoding')
    const hasTrailers = framing === 'chunks with trailers' && status !== 204 && status !== 304
    if (hasTrailers) response.setHeader('trailer', 'x-t')
    response.writeHead(status, headers)
    if (hasTrailers) response.addTrailers({ 'x-t': 'a b' })
    if (framing !== 'none') for (const part of content) response.write(Buffer.from(part))
    response.end()
  }
}

t.test('whatever Node serves is read as it was meant, in whatever pieces it arrives', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, anySizes, async (one, sizes) => {
      const bytes = await served(answer(one))
      const hasBody = one.status !== 204 && one.status !== 304 && one.framing !== 'none'
      const body = hasBody ? Buffer.from(one.content.join('')).toString('latin1') : ''
      const read = parse(split(bytes, sizes))
      const expected = Object.entries(one.headers).map(
        ([name, value]) => [name.toLowerCase(), value] as const,
      )
      if (typeof read === 'string') throw new Error(read)
      deepEqual([read.status, read.body], [one.status, body])
      for (const [name, value] of expected) equal(read.headers[name], value)
      deepEqual(read, parse([bytes]))
    }),
    runs(300),
  )
  t.pass()
})

const pieces = fc.oneof(
  fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    ';',
    '0',
    '1',
    'f',
    '\0',
    '\x7f',
    '\u00ff',
    'x',
    '',
  ),
  fc.constantFrom('0\r\n\r\n', '5\r\n', '-1', '+2', '0x2', 'HTTP/1.1 200 OK\r\n', 'content-length: 3\r\n'),
  fc.constantFrom(
    'transfer-encoding: chunked\r\n',
    'transfer-encoding: gzip, chunked\r\n',
    'Connection: close\r\n',
  ),
)
const ok = 'HTTP/1.1 200 OK\r\n'
const edit = fc.record({ at: fc.nat(400), remove: fc.nat(4), insert: pieces })

t.test('damaged responses are refused, or read as Node reads them, where it does', async (t) => {
  const client = new Worker(new URL('fixtures.ts', import.meta.url))
  t.teardown(() => client.terminate())
  const responses: string[] = []
  for (const one of fc.sample(cases, share(100)))
    responses.push((await served(answer(one))).toString('latin1'))
  let accepted = 0
  const anyEdits = fc.array(edit, { minLength: 1, maxLength: 3 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...responses), anyEdits, anySizes, async (response, edits, sizes) => {
      let bytes = response
      for (const { at, remove, insert } of edits) {
        const place = at % (bytes.length + 1)
        bytes = bytes.slice(0, place) + insert + bytes.slice(place + remove)
      }
      const damaged = Buffer.from(bytes, 'latin1')
      const read = parse(split(damaged, sizes))
      if (typeof read === 'string') {
        match(read, /^(HPE_[A-Z_]+|ECONNRESET)$/)
        equal(typeof parse([damaged]), 'string', 'in one piece too')
        return
      }
      client.postMessage(damaged, [])
      const [byNode]: unknown[] = await once(client, 'message')
      if (byNode === undefined) return
      accepted++
      deepEqual({ status: read.status, body: read.body }, byNode)
    }),
    // Chance alone may make none that Node accepts.
    {
      ...runs(600),
      examples: [[`${ok}content-length: 1\r\n\r\na`, [{ at: 0, remove: 0, insert: '' }], [1]]],
    },
  )
  t.ok(accepted > 0, `${accepted} were accepted`)
})

const refused: readonly (readonly [title: string, text: string, code: string])[] = [
  ['nothing', '', 'ECONNRESET'],
  ['another protocol', 'SSH-2.0-x\r\n', 'HPE_INVALID_CONSTANT'],
  ['another protocol without lines', 'hello', 'HPE_INVALID_CONSTANT'],
  ['TLS', '\x15\x03\x01\x00\x02\x02\x46', 'HPE_INVALID_CONSTANT'],
  ['HTTP/2', 'HTTP/2.0 200 OK\r\n\r\n', 'HPE_INVALID_CONSTANT'],
  ['a status that is none', 'HTTP/1.1 20 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n', 'HPE_INVALID_STATUS'],
  ['an upgrade', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n', 'HPE_INVALID_STATUS'],
  ['a head that ends early', `${ok}x: y\r\n`, 'ECONNRESET'],
  ['lines that end with LF alone', 'HTTP/1.1 200 OK\ncontent-length: 0\n\n', 'HPE_CR_EXPECTED'],
  ['CR alone', `${ok}a: b\rcontent-length: 0\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['a zero byte', `${ok}a: \0\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['a folded header', `${ok}a: b\r\n c\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['a header without a colon', `${ok}a\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['a header without a name', `${ok}: a\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['white space before the colon', `${ok}content-length : 0\r\n\r\n`, 'HPE_INVALID_HEADER_TOKEN'],
  ['a head that is too long', `${ok}a: ${'b'.repeat(20_000)}\r\n\r\n`, 'HPE_HEADER_OVERFLOW'],
  ['a line without end', `${ok}a: ${'b'.repeat(20_000)}`, 'HPE_HEADER_OVERFLOW'],
  [
    'too many headers',
    `${ok}${Array.from({ length: 300 }, (_, at) => `a${at}:\r\n`).join('')}\r\n`,
    'HPE_HEADER_OVERFLOW',
  ],
  ['interim responses without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(2000), 'HPE_HEADER_OVERFLOW'],
  ['interim responses alone', 'HTTP/1.1 100 Continue\r\n\r\n', 'ECONNRESET'],
  [
    'Content-Length twice',
    `${ok}content-length: 1\r\ncontent-length: 1\r\n\r\na`,
    'HPE_UNEXPECTED_CONTENT_LENGTH',
  ],
  ['a list as Content-Length', `${ok}content-length: 1, 1\r\n\r\na`, 'HPE_INVALID_CONTENT_LENGTH'],
  ['a negative Content-Length', `${ok}content-length: -1\r\n\r\n`, 'HPE_INVALID_CONTENT_LENGTH'],
  ['an empty Content-Length', `${ok}content-length:\r\n\r\n`, 'HPE_INVALID_CONTENT_LENGTH'],
  [
    'an enormous Content-Length',
    `${ok}content-length: ${'9'.repeat(20)}\r\n\r\n`,
    'HPE_INVALID_CONTENT_LENGTH',
  ],
  [
    'both kinds of lengths',
    `${ok}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    'HPE_UNEXPECTED_CONTENT_LENGTH',
  ],
  [
    'another coding',
    `${ok}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    'HPE_INVALID_TRANSFER_ENCODING',
  ],
  [
    'chunks twice',
    `${ok}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    'HPE_INVALID_TRANSFER_ENCODING',
  ],
  [
    'chunks of HTTP/1.0',
    'HTTP/1.0 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'HPE_INVALID_TRANSFER_ENCODING',
  ],
  ['a body that ends early', `${ok}content-length: 5\r\n\r\nhalf`, 'ECONNRESET'],
  ['data after the body', `${ok}content-length: 1\r\n\r\nab`, 'HPE_INVALID_CONSTANT'],
  ['data after 204', 'HTTP/1.1 204 No Content\r\ncontent-length: 1\r\n\r\na', 'HPE_INVALID_CONSTANT'],
]
const chunked: typeof refused = [
  ['chunks that end early', '1\r\na\r\n', 'ECONNRESET'],
  ['a last chunk without its end', '0\r\n', 'ECONNRESET'],
  ['data after the last chunk', '0\r\n\r\na', 'HPE_INVALID_CONSTANT'],
  ['a chunk without a size', '\r\na\r\n0\r\n\r\n', 'HPE_INVALID_CHUNK_SIZE'],
  ['a size that is no number', 'x\r\n', 'HPE_INVALID_CHUNK_SIZE'],
  ['a size with 0x', '0x1\r\na\r\n0\r\n\r\n', 'HPE_INVALID_CHUNK_SIZE'],
  ['a size that is negative', '-1\r\n', 'HPE_INVALID_CHUNK_SIZE'],
  ['a size of nine digits', '000000001\r\na\r\n0\r\n\r\n', 'HPE_INVALID_CHUNK_SIZE'],
  ['a chunk that is longer than its size', '1\r\nab\r\n0\r\n\r\n', 'HPE_STRICT'],
  ['a size that never ends', '0'.repeat(20_000), 'HPE_HEADER_OVERFLOW'],
  ['extensions without end', `1;${'x'.repeat(100)}\r\na\r\n`.repeat(200), 'HPE_HEADER_OVERFLOW'],
  ['trailers without end', `0\r\n${'a: b\r\n'.repeat(4000)}`, 'HPE_HEADER_OVERFLOW'],
  ['a trailer that is none', '0\r\na\r\n\r\n', 'HPE_INVALID_HEADER_TOKEN'],
]
const inChunks = chunked.map(
  ([title, text, code]) => [title, `${ok}transfer-encoding: chunked\r\n\r\n${text}`, code] as const,
)
for (const [title, body, code] of [...refused, ...inChunks]) {
  t.test(`refused: ${title}`, async (t) => {
    const bytes = Buffer.from(body, 'latin1')
    t.equal(parse([bytes]), code)
    if (bytes.length < 5000) t.equal(parse(split(bytes, [1])), code, 'byte by byte')
  })
}

const read: readonly (readonly [title: string, text: string, body: string])[] = [
  ['a body until the end', `${ok}\r\nall of it`, 'all of it'],
  ['HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nall', 'all'],
  ['no reason', 'HTTP/1.1 200\r\ncontent-length: 1\r\n\r\na', 'a'],
  ['white space around a value', `${ok}content-length: \t 1 \t\r\n\r\na`, 'a'],
  [
    'extensions and trailers',
    `${ok}transfer-encoding: Chunked\r\n\r\n2;a="b"\r\nab\r\n0;c\r\nx: y\r\n\r\n`,
    'ab',
  ],
  [
    'sizes with leading zeros',
    `${ok}transfer-encoding: chunked\r\n\r\n0000000A\r\n0123456789\r\n0000\r\n\r\n`,
    '0123456789',
  ],
  [
    'interim responses',
    `HTTP/1.1 103 Early Hints\r\ncontent-length: 9\r\n\r\n${ok}content-length: 1\r\n\r\na`,
    'a',
  ],
]
for (const [title, text, body] of read) {
  t.test(`read: ${title}`, async (t) => {
    const bytes = Buffer.from(text, 'latin1')
    for (const parts of [[bytes], split(bytes, [1])]) t.match(parse(parts), { status: 200, body })
  })
}

t.test('a connection is used again only after a response of HTTP/1.1 that has its own end', async (t) => {
  const isPersistent = (text: string) => {
    const parser = new ResponseParser(() => {})
    parser.push(Buffer.from(text))
    return parser.isComplete && parser.isPersistent
  }
  t.ok(isPersistent(`${ok}content-length: 0\r\n\r\n`))
  t.ok(isPersistent(`${ok}connection: keep-alive\r\ncontent-length: 0\r\n\r\n`))
  t.notOk(isPersistent(`${ok}connection: x, Close\r\ncontent-length: 0\r\n\r\n`))
  t.notOk(isPersistent(`${ok}\r\n`))
  t.notOk(isPersistent('HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n'))
})
