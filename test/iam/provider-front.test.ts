/** What terraform gets of a provider that runs already. */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type ClientHttp2Session, connect, createServer, type IncomingHttpHeaders } from 'node:http2'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { startProviderFront } from './provider-front.ts'
import { keepTypes } from './provider-schema.ts'

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)]
const field = (number: number, content: Buffer) =>
  Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(content.length)]), content])
const type = (map: number, name: string, schema = 'schema') =>
  field(map, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(schema))]))

const large = 'x'.repeat(100_000)
const provider = field(1, Buffer.from('the provider'))
const role = type(2, 'aws_iam_role', large)
const region = type(3, 'aws_region')
const capabilities = field(6, Buffer.from([8, 1]))
const aFunction = type(7, 'arn_parse')
const all = Buffer.concat([
  provider,
  role,
  type(2, 'aws_vpc', large),
  region,
  type(3, 'aws_vpc'),
  capabilities,
  aFunction,
  type(8, 'aws_secret'),
])
const kept = Buffer.concat([provider, role, region, capabilities, aFunction])
const isKept = (name: string) => /^aws_(iam_|region$)/.test(name)

t.test('only the named types stay, byte for byte, and all that is no type', (t) => {
  t.strictSame(keepTypes(all, isKept), kept)
  t.strictSame(
    keepTypes(all, () => true),
    all,
  )
  t.strictSame(keepTypes(Buffer.alloc(0), isKept), Buffer.alloc(0))
  t.end()
})

t.test('what is no such message is an error', (t) => {
  t.throws(() => keepTypes(all.subarray(0, -3), isKept), /ends within a field/)
  t.throws(() => keepTypes(Buffer.from([8, 1]), isKept), /wire type 0/)
  t.throws(() => keepTypes(Buffer.from([10, 255, 255, 255, 255, 255]), isKept), /no number/)
  t.throws(() => keepTypes(field(2, field(2, Buffer.from('a'))), isKept), /begin with its key/)
  t.end()
})

const framed = (message: Buffer) => {
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}
const schemaPath = '/tfplugin5.Provider/GetSchema'

t.test('the provider is asked once for its schema, and for all else each time', async (t) => {
  const { asked, session } = await startFront(t)
  const first = await call(session, schemaPath)
  const second = await call(session, schemaPath)
  for (const { headers, body, trailers } of [first, second]) {
    t.match(headers, { ':status': 200, 'content-type': 'application/grpc' })
    t.strictSame(body, framed(kept))
    t.match(trailers, { 'grpc-status': '0' })
  }
  const input = Buffer.from(large)
  for (const path of ['/tfplugin5.Provider/PlanResourceChange', '/tfplugin5.Provider/Configure']) {
    const { body, trailers } = await call(session, path, input)
    t.strictSame(body, Buffer.concat([Buffer.from(path), input]))
    t.match(trailers, { 'grpc-status': '0', 'grpc-message': 'done' })
  }
  t.strictSame(asked, [schemaPath, '/tfplugin5.Provider/PlanResourceChange', '/tfplugin5.Provider/Configure'])
})

t.test('a schema that cannot be read fails the call', async (t) => {
  const { session } = await startFront(t, Buffer.from([8, 1]))
  await t.rejects(call(session, schemaPath), /stream closed/i)
})

t.test('an answer without a body is passed on, and so is a failure', async (t) => {
  const { session } = await startFront(t)
  const { headers, body } = await call(session, '/refused')
  t.match(headers, { 'grpc-status': '12' })
  t.equal(body.length, 0)
  await t.rejects(call(session, '/broken'), /stream closed/i)
})

async function startFront(t: Test, schema = all) {
  // The path of a socket has at most 107 characters.
  const folder = mkdtempSync(join(tmpdir(), 'kees-front-'))
  const asked: string[] = []
  const upstream = createServer()
  upstream.on('stream', (stream, headers: IncomingHttpHeaders) => {
    const path = headers[':path'] ?? ''
    asked.push(path)
    stream.on('error', () => undefined)
    const plain = { ':status': 200, 'content-type': 'application/grpc' }
    if (path === '/broken') return stream.close(2)
    if (path === '/refused') return stream.respond({ ...plain, 'grpc-status': '12' }, { endStream: true })
    stream.respond(plain, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'grpc-message': 'done' }))
    if (path === schemaPath) return stream.end(framed(schema))
    stream.write(path)
    return stream.pipe(stream)
  })
  const paths = { provider: join(folder, 'provider'), front: join(folder, 'front') }
  await once(upstream.listen(paths.provider), 'listening')
  const stopFront = await startProviderFront(paths.provider, paths.front, isKept)
  const session = connect('http://localhost', { createConnection: () => connectSocket(paths.front) })
  t.teardown(() => {
    session.destroy()
    stopFront()
    upstream.close()
    rmSync(folder, { recursive: true })
  })
  return { asked, session }
}

async function call(session: ClientHttp2Session, path: string, input = Buffer.alloc(0)) {
  const stream = session.request({ ':method': 'POST', ':path': path })
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders = {}
  stream.on('response', (got) => (headers = got))
  stream.on('trailers', (got: IncomingHttpHeaders) => (trailers = got))
  stream.end(input)
  const body = await buffer(stream)
  return { headers, body, trailers }
}
