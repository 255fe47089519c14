/** The sidecar keeps a constant number of connections, however long it runs, and however the service treats them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { eventually } from '../programs/eventually.ts'
import { dist } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

async function serve(t: Test, answer: RequestListener) {
  const counted = { requests: 0, connections: 0 }
  const server = createServer((request, response) => {
    counted.requests++
    request.resume()
    answer(request, response)
  })
  // As Go's servers, which never close an idle connection.
  server.keepAliveTimeout = 0
  server.on('connection', () => counted.connections++).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return { counted, url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}` }
}

t.test('rounds of a refresh share their connections', async (t) => {
  /** By access key. */
  const calls = new Map<string, number>()
  const ssm = await serve(t, (request, response) => {
    // Each access key is refused after its second call, so that another one is requested.
    const [key = ''] = /AKIDPOD\d+/.exec(request.headers.authorization ?? '') ?? []
    calls.set(key, (calls.get(key) ?? 0) + 1)
    if ((calls.get(key) ?? 0) > 2)
      return void response.writeHead(400).end('{"__type":"ExpiredTokenException","message":""}')
    return void response.end('{"Parameters":[{"Name":"/a","Value":"fakepassword","Version":1}]}')
  })
  let given = 0
  const agent = await serve(t, (_, response) => {
    const expiration = new Date(Date.now() + 3_600_000).toISOString()
    response.end(
      JSON.stringify({
        AccessKeyId: `AKIDPOD${++given}`,
        SecretAccessKey: 'fakesecret',
        Expiration: expiration,
      }),
    )
  })
  const folder = t.testdir({
    out: {},
    annotations: formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]),
  })
  const env = {
    ...process.env,
    ANNOTATIONS_FILE: join(folder, 'annotations'),
    SECRETS_FILE: join(folder, 'out', 'secret'),
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: ssm.url,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: agent.url,
    KEES_STORE: 'ssm',
    LISTEN: 'off',
  }
  const child = spawn(...untapped(join(dist, 'init'), ['--refresh', '1s']), { env, stdio: 'ignore' })
  t.teardown(() => child.kill('SIGKILL'))
  await eventually('credentials were fetched three times', () => agent.counted.requests >= 3)
  await eventually('the newest are in use', () => (calls.get('AKIDPOD3') ?? 0) >= 2)
  t.equal(ssm.counted.connections, 1, 'one connection to the store')
  t.equal(agent.counted.connections, 1, 'and one to the agent')
})
