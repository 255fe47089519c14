/** Whatever another program answers, the failure names it: each client of kees against each strange answer. */
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openAwsCall } from './aws/aws-call.ts'
import { openHttp } from './http/http-exchange.ts'
import { webIdentityCredentials } from './aws/credentials/web-identity-credentials.ts'
import { type FailureCode, failureOf } from './failure.ts'
import { virtualClock } from './fixtures.ts'
import { openApiServer } from './kubernetes/api-server.ts'
import { podListWatch } from './kubernetes/list-watch.ts'
import { secretValue } from './secret-value.ts'
import { openSecretReader } from './store/secret-reader.ts'
import { openSsmParameterStore } from './store/ssm-parameter-store.ts'
import { openSsmReader } from './store/ssm-reader.ts'

const json = (status: number, body: unknown) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
const html = (status: number) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'text/html' }).end('<html>')
const status = (code: number) => ({ kind: 'Status', status: 'Failure', message: 'because', code })

const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '429 in JSON': json(429, status(429)),
  '500 in JSON': json(500, status(500)),
  '403 in JSON': json(403, status(403)),
  '400 in JSON': json(400, { ...status(400), __type: 'SomeException' }),
  'an empty object': json(200, {}),
  'an empty list': json(200, []),
  'other JSON': json(200, { type: 'ADDED', object: {}, metadata: {}, Parameters: {}, Name: 'other' }),
  'an error in a watch': json(200, { type: 'ERROR', object: status(500) }),
  'no JSON in spite of its type': (response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[}\n'),
  'a page': html(200),
  'a page of a gateway': html(503),
  'too much': (response) =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(`{}${' '.repeat(1_100_000)}\n`),
  'half an answer': (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{')
    setImmediate(() => response.destroy())
  },
  nothing: (response) => void response.destroy(),
}

const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'fakesecret' })
const requestTimeout = 60_000
const region = 'eu-west-1'

function clients(t: Test, endpoint: string): Readonly<Record<string, [string, () => Promise<unknown>]>> {
  const exchange = openHttp()
  const call = (service: 'ssm' | 'secretsmanager') =>
    openAwsCall({ service, region, endpoint, credentials, requestTimeout, exchange })
  const ssm = openSsmReader(async () => call('ssm'))
  const secrets = openSecretReader(async () => call('secretsmanager'))
  const secret = { from: 'secretsmanager', name: 'a' } as const
  const store = openSsmParameterStore({ region, endpoint, credentials, requestTimeout, maxAttempts: 1 })
  const folder = t.testdir({ token: 'faketoken' })
  const role = webIdentityCredentials({
    tokenFile: join(folder, 'token'),
    roleArn: 'arn:aws:iam::111122223333:role/app',
    sessionName: 'kees',
    endpoint: async () => endpoint,
    timeout: requestTimeout,
    exchange,
  })
  const kubeconfig = join(folder, 'kubeconfig')
  const config = {
    clusters: [{ name: 'c', cluster: { server: endpoint } }],
    users: [{ name: 'u', user: {} }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }
  writeFileSync(kubeconfig, JSON.stringify(config))
  const { server } = openApiServer(kubeconfig)
  if (server === undefined) throw new Error('not a kubeconfig')
  const pods = podListWatch(
    server,
    { annotationDomain: 'bsycorp.com' },
    { clock: virtualClock(), random: () => 0 },
  )
  const watch = async () => {
    for await (const _ of pods.watch('1', new AbortController().signal));
  }
  return {
    'init, GetParameters': ['SSM', () => ssm.get([{ name: '/a' }])],
    'init, GetSecretValue': ['Secrets Manager', () => secrets.get(secret)],
    'kees, DescribeSecret': ['Secrets Manager', () => secrets.exists(secret)],
    'creator, get': ['SSM', () => store.get([{ name: '/a' }])],
    'creator, exists': ['SSM', () => store.exists(['/a'])],
    'creator, create': ['SSM', () => store.create('/a', secretValue('fakepassword'), { description: 'x' })],
    'init, AssumeRoleWithWebIdentity': ['STS', role],
    'creator, list pods': ['Kubernetes API', () => pods.list(() => {})],
    'creator, watch pods': ['Kubernetes API', watch],
    'creator, another request': ['Kubernetes API', () => server.request('GET', '/x', { timeout: 60_000 })],
  }
}

const peerCodes: readonly FailureCode[] = [
  'ACCESS_DENIED',
  'BAD_ANSWER',
  'CREDENTIALS_REFUSED',
  'INVALID_NAME',
  'REFUSED',
  'THROTTLED',
  'UNREACHABLE',
]

/** Whatever the API server answers in JSON goes to the caller, who judges the status: see the types of apiFailure. */
const isAnswer = (client: string) => client === 'creator, another request'

for (const [answer, respond] of Object.entries(answers)) {
  t.test(`after ${answer}, every failure names the service and the host`, async (t) => {
    const http = createServer((request, response) => {
      request.resume().on('end', () => respond(response))
    }).listen(0, '127.0.0.1')
    await once(http, 'listening')
    t.teardown(() => {
      http.closeAllConnections()
      http.close()
    })
    const address = http.address()
    const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    for (const [client, [service, work]] of Object.entries(clients(t, `http://${host}`))) {
      const error: unknown = await work().then(
        () => undefined,
        (caught: unknown) => caught,
      )
      if (error === undefined && isAnswer(client)) continue
      const failure = failureOf(error)
      t.match(failure, { service, host }, client)
      t.ok(failure && peerCodes.includes(failure.code), `${client}: ${failure?.code}`)
    }
  })
}
