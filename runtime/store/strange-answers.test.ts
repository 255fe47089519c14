/** What a proxy, a gateway or a service mesh answers in place of Parameter Store, to the clients of init and of the creator. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { openHttp } from '../http/http-exchange.ts'
import { openAwsCall } from '../aws/aws-call.ts'
import { failureOf } from '../failure.ts'
import { openSsmParameterStore } from './ssm-parameter-store.ts'
import { openSsmReader } from './ssm-reader.ts'

const requestTimeout = 20_000
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' })

const clients = {
  init: (endpoint: string) => {
    const call = openAwsCall({
      service: 'ssm',
      region: 'eu-west-1',
      endpoint,
      credentials,
      requestTimeout,
      exchange: openHttp(),
    })
    return openSsmReader(async () => call)
  },
  creator: (endpoint: string) =>
    openSsmParameterStore({ region: 'eu-west-1', endpoint, credentials, requestTimeout, maxAttempts: 1 }),
}

async function serve(t: Test, status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { location: 'https://login.example.test' }).end(body)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

const page = '<html>Blocked</html>'
/** None is permanent: AWS names its errors, so what has no name is not an answer of AWS. */
const answers: readonly (readonly [status: number, body: string, code: string, message: RegExp])[] = [
  [200, page, 'BAD_ANSWER', /not one of SSM \(HTTP 200\)$/],
  [200, '{"Parameters":[', 'BAD_ANSWER', /not one of SSM \(HTTP 200\)$/],
  [301, '', 'BAD_ANSWER', /not one of SSM \(HTTP 301\)$/],
  [400, page, 'BAD_ANSWER', /not one of SSM \(HTTP 400\)$/],
  [403, 'RBAC: access denied', 'BAD_ANSWER', /not one of SSM \(HTTP 403\)$/],
  [403, '{"message":"Forbidden"}', 'BAD_ANSWER', /not one of SSM \(HTTP 403\)$/],
  [404, '{}', 'BAD_ANSWER', /not one of SSM \(HTTP 404\)$/],
  [407, '', 'BAD_ANSWER', /not one of SSM \(HTTP 407\)$/],
  [429, page, 'THROTTLED', /too many requests \(HTTP 429\)$/],
  [500, '', 'UNREACHABLE', /failed \(HTTP 500\)$/],
  [502, page, 'UNREACHABLE', /failed \(HTTP 502\)$/],
  [503, 'upstream connect error', 'UNREACHABLE', /failed \(HTTP 503\)$/],
  [504, '{}', 'UNREACHABLE', /failed \(HTTP 504\)$/],
]

for (const [client, open] of Object.entries(clients)) {
  for (const [status, body, code, message] of answers) {
    t.test(`${client}: ${status} ${body}`, async (t) => {
      const store = open(await serve(t, status, body))
      const failure = failureOf(await store.get([{ name: '/a' }]).catch((error: unknown) => error))
      t.match(failure, { code, message, service: 'SSM', host: /^127\.0\.0\.1:/ })
    })
  }
}
