/**
 * Stands between terraform and a provider that runs already, and answers for it what types of resources there are: once it has asked
 * the provider, and only those that the tests use. Everything else passes as it is. It is gRPC: HTTP/2 with trailers.
 */
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { once } from 'node:events'
import { connect as connectSocket } from 'node:net'
import { keepTypes } from './provider-schema.ts'

const schemaPath = /^\/tfplugin[56]\.Provider\/Get(Provider)?Schema$/
/** The schema of all types has 20 MB. */
const windowSize = 2 ** 26

type Answer = {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly trailers: IncomingHttpHeaders
}

/** @param provider and @param socket paths of Unix sockets. @returns a function that ends it. */
export async function startProviderFront(
  provider: string,
  socket: string,
  isKept: (type: string) => boolean,
): Promise<() => void> {
  const upstream = connect('http://localhost', {
    createConnection: () => connectSocket(provider),
    settings: { initialWindowSize: windowSize },
  })
  await once(upstream, 'connect')
  upstream.setLocalWindowSize(windowSize)
  let schema: Promise<Answer> | undefined
  const server = createServer()
  server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    // terraform sees how it was closed, and says so.
    stream.on('error', () => undefined)
    const onError = () => stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    const ask = () => upstream.request({ ...headers })
    if (!schemaPath.test(headers[':path'] ?? '')) return relay(stream, ask(), onError)
    schema ??= askOnce(stream, ask()).then((answer) => withTypes(answer, isKept))
    schema.then((answer) => respond(stream, answer), onError)
  })
  await once(server.listen(socket), 'listening')
  return () => stop(server, upstream)
}

function stop(server: ReturnType<typeof createServer>, upstream: ClientHttp2Session): void {
  upstream.destroy()
  server.close()
}

function relay(stream: ServerHttp2Stream, asked: ClientHttp2Stream, onError: () => void): void {
  let trailers: IncomingHttpHeaders = {}
  asked.on('error', onError)
  asked.on('trailers', (got: IncomingHttpHeaders) => (trailers = got))
  asked.on('response', (headers, flags) => {
    const isLast = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    stream.respond(headers, { endStream: isLast, waitForTrailers: !isLast })
    if (!isLast) asked.pipe(stream)
  })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  // terraform ends some streams by closing them.
  stream.on('close', () => asked.close(constants.NGHTTP2_CANCEL))
  stream.pipe(asked)
}

async function askOnce(stream: ServerHttp2Stream, asked: ClientHttp2Stream): Promise<Answer> {
  stream.pipe(asked)
  let headers: IncomingHttpHeaders = {}
  let trailers: IncomingHttpHeaders = {}
  const body: Buffer[] = []
  asked.on('response', (got) => (headers = got))
  asked.on('trailers', (got: IncomingHttpHeaders) => (trailers = got))
  asked.on('data', (chunk: Buffer) => body.push(chunk))
  await once(asked, 'end')
  return { headers, body: Buffer.concat(body), trailers }
}

/** A message of gRPC: whether it is compressed, four bytes of length, and the message. */
function withTypes(answer: Answer, isKept: (type: string) => boolean): Answer {
  if (answer.body.length < 5 || answer.body[0] !== 0) throw new Error('the schema is not one plain message')
  const message = keepTypes(answer.body.subarray(5), isKept)
  const prefix = Buffer.alloc(5)
  prefix.writeUInt32BE(message.length, 1)
  return { ...answer, body: Buffer.concat([prefix, message]) }
}

function respond(stream: ServerHttp2Stream, { headers, body, trailers }: Answer): void {
  stream.resume()
  stream.respond(headers, { waitForTrailers: true })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.end(body)
}
