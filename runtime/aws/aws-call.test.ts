/** What one call of init's looks like on the wire, beside what the SDK sends. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { openHttp } from '../http/http-exchange.ts'
import { openAwsCall } from './aws-call.ts'
import { openSsmParameterStore } from '../store/ssm-parameter-store.ts'

type Sent = { readonly headers: IncomingHttpHeaders; readonly body: string }

async function serve(t: Test, answer: (sent: Sent) => readonly [number, object, Record<string, string>?]) {
  const sent: Sent[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const one = { headers: request.headers, body }
      sent.push(one)
      const [status, json, headers = {}] = answer(one)
      response.writeHead(status, headers).end(JSON.stringify(json))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.closeAllConnections())
  t.teardown(() => server.close())
  const address = server.address()
  return { endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, sent }
}

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret', sessionToken: 'faketoken' }
const open = (endpoint: string) =>
  openAwsCall({
    service: 'ssm',
    region: 'eu-west-1',
    endpoint,
    credentials: async () => credentials,
    requestTimeout: 60_000,
    exchange: openHttp(),
  })

t.test("the request equals the SDK's: the same body, protocol and signer", async (t) => {
  const { endpoint, sent } = await serve(t, () => [200, { InvalidParameters: ['/a'] }])
  await open(endpoint)('GetParameters', { Names: ['/a'], WithDecryption: true })
  const options = { region: 'eu-west-1', endpoint, credentials, requestTimeout: 60_000, maxAttempts: 1 }
  await openSsmParameterStore(options).get([{ name: '/a' }])
  const [ours, sdks] = sent
  t.strictSame(JSON.parse(ours?.body ?? ''), JSON.parse(sdks?.body ?? ''))
  for (const name of [
    'content-type',
    'x-amz-target',
    'x-amz-content-sha256',
    'x-amz-security-token',
    'host',
  ]) {
    t.equal(ours?.headers[name], sdks?.headers[name], name)
  }
  const parts = /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-west-1\/ssm\/aws4_request, /
  t.match(ours?.headers.authorization, parts)
  t.match(sdks?.headers.authorization, parts)
})

t.test("a wrong local clock is corrected from AWS's date header", async (t) => {
  const hour = 60 * 60_000
  const isLate = ({ headers }: Sent) => {
    const [, day, time] = /^(\d{8})T(\d{6})Z$/.exec(String(headers['x-amz-date'])) ?? []
    const iso = `${day?.replace(/(..)(..)$/, '-$1-$2')}T${time?.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`
    return Date.now() + hour - Date.parse(iso) > 5 * 60_000
  }
  const { endpoint, sent } = await serve(t, (one) => {
    const date = { date: new Date(Date.now() + hour).toUTCString() }
    return isLate(one) ? [400, { __type: 'InvalidSignatureException' }, date] : [200, {}, date]
  })
  const call = open(endpoint)
  await t.rejects(call('GetParameters', {}), { cause: { code: 'CREDENTIALS_REFUSED' } })
  t.strictSame(await call('GetParameters', {}), {
    output: {},
    peer: { service: 'SSM', host: new URL(endpoint).host },
  })
  t.equal(sent.length, 2)
})

t.test('the error name is found in each place that may carry it', async (t) => {
  const answers = [
    [400, { __type: 'com.amazonaws.ssm#ThrottlingException', message: 'slow' }],
    [400, { Message: 'slow' }, { 'x-amzn-errortype': 'ThrottlingException:http://internal' }],
  ] as const
  let next = 0
  const { endpoint } = await serve(t, () => answers[next++] ?? [500, {}])
  const call = open(endpoint)
  const { host } = new URL(endpoint)
  const throttled = { message: /ThrottlingException/, cause: { code: 'THROTTLED', detail: 'slow', host } }
  await t.rejects(call('GetParameters', {}), throttled)
  await t.rejects(call('GetParameters', {}), throttled)
  await t.rejects(call('GetParameters', {}), { cause: { code: 'UNREACHABLE', service: 'SSM', host } })
})
