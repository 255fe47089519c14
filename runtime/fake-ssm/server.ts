/**
 * fake-ssm.ts on loopback, in the protocol awsJson1_1. Its options are those of FakeSsmOptions, and
 *
 *     fault    the fault of a call (faults.ts), chosen for each call; none by default
 *     latency  how long every answer takes, in milliseconds; 0 by default
 *     secretOf the secret of an access key, with which its signatures are verified; by default none is
 *
 * All requests are recorded in `calls`, in the order of arrival, also throttled and faulty ones:
 *
 *     const server = await startFakeSsm({ readsPerSecond: 40, denied: ({ name }) => name === '/other' })
 *     t.teardown(() => server.stop())
 *     server.put('/app/db.password', 'fakepassword')
 *     // AWS_ENDPOINT_URL=server.endpoint AWS_REGION=eu-west-1, any credentials
 *     t.equal(server.calls.length, 1)
 */
import { mapOf } from '../../api/json.ts'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FakeSsmOptions, makeFakeSsm } from './fake-ssm.ts'
import type { Fault } from './faults.ts'
import { readSignature } from './signature.ts'
import type { StoredParameters } from './stored-parameters.ts'
import type { StoredSecrets } from './stored-secrets.ts'
import type { FakeAnswer } from './operation.ts'

export type RecordedCall = {
  /** From 0, in the order of arrival. */
  readonly index: number
  readonly action: string
  /** As sent: with selectors. Of a Put or a secret, its one name. */
  readonly names: readonly string[]
  /** Of GetParameters alone. */
  readonly withDecryption?: boolean
  /** In milliseconds, by the server's `now`. */
  readonly at: number
  readonly accessKeyId: string
}

export type FakeSsmServerOptions = FakeSsmOptions & {
  readonly fault?: (call: RecordedCall) => Fault | undefined
  readonly latency?: number
  readonly secretOf?: (accessKeyId: string) => string | undefined
}

export type FakeSsmServer = {
  readonly endpoint: string
  readonly calls: readonly RecordedCall[]
  readonly stored: StoredParameters
  readonly secrets: StoredSecrets
  /** Stores a new version without checking rules, permissions and quotas. */
  readonly put: (name: string, value: string) => number
  readonly stop: () => Promise<void>
}

export async function startFakeSsm(options: FakeSsmServerOptions = {}): Promise<FakeSsmServer> {
  const { fault = () => undefined, latency = 0, now = Date.now, region = 'eu-west-1' } = options
  const { secretOf = () => undefined } = options
  const ssm = makeFakeSsm(options)
  const calls: RecordedCall[] = []

  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const sent = await text(request)
    const body: unknown = parse(sent)
    const { headers, url: path = '' } = request
    const [target, action = ''] = String(headers['x-amz-target'] ?? '').split('.')
    const service = target === 'secretsmanager' ? target : 'ssm'
    const signature = readSignature({ path, headers, body: sent, service }, region, secretOf)
    const call = { index: calls.length, at: now(), action, ...describe(body), ...signature.who }
    calls.push(call)
    const spoil = fault(call)
    if (latency > 0) await sleep(latency)
    if (spoil?.kind === 'hang') return
    if (spoil?.kind === 'reset') return void request.socket.resetAndDestroy()
    if (spoil?.kind === 'late') await sleep(spoil.after)
    if (spoil?.kind === 'error') return send(response, { error: { ...spoil, message: spoil.message ?? '' } })
    const answer: FakeAnswer = signature.error
      ? { error: signature.error }
      : ssm.answer({ action, input: body, ...signature.who })
    await send(response, answer, spoil)
  }

  const server = createServer((request, response) => {
    // The remaining error is a client that closed the connection, as after a timeout.
    serve(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    stored: ssm.stored,
    secrets: ssm.secrets,
    put: ssm.put,
    async stop() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** What is recorded of a call, without its value. */
function describe(body: unknown): Pick<RecordedCall, 'names' | 'withDecryption'> {
  const { Names: names, Name, SecretId, WithDecryption: withDecryption } = mapOf(body)
  const name = Name ?? SecretId
  return {
    names: Array.isArray(names) ? names.map(String) : typeof name === 'string' ? [name] : [],
    ...(typeof withDecryption === 'boolean' ? { withDecryption } : {}),
  }
}

async function send(response: ServerResponse, answer: FakeAnswer, spoil?: Fault): Promise<void> {
  const body =
    spoil?.kind === 'malformed'
      ? spoil.body
      : JSON.stringify(
          'error' in answer ? { __type: answer.error.type, message: answer.error.message } : answer.output,
        )
  if (spoil?.kind === 'answer lost') return void response.socket?.resetAndDestroy()
  const status = 'error' in answer ? (answer.error.status ?? 400) : 200
  response.writeHead(spoil?.kind === 'malformed' ? (spoil.status ?? 200) : status, {
    'content-type': 'application/x-amz-json-1.1',
    'content-length': Buffer.byteLength(body),
  })
  if (spoil?.kind === 'trickle') {
    for (const byte of Buffer.from(body)) {
      if (response.destroyed) return
      response.write(Buffer.of(byte))
      await sleep(spoil.every)
    }
  }
  if (spoil?.kind === 'truncated') {
    const half = Buffer.from(body).subarray(0, Math.ceil(Buffer.byteLength(body) / 2))
    response.write(half, () => response.destroy())
    return
  }
  response.end(spoil?.kind === 'trickle' ? undefined : body)
}
