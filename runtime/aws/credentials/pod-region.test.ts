/** The region of a pod, and the answers of the instance metadata service in both of its versions. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { failureOf } from '../../failure.ts'
import { type Exchange, openHttp } from '../../http/http-exchange.ts'
import { openInstanceMetadata } from './instance-metadata.ts'
import { podRegion } from './pod-region.ts'
import { transportError } from '../../http/transport-error.ts'

type Answer = readonly [status: number, body: string] | 'silence' | 'reset'

async function serve(t: Test, answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const key = `${request.method} ${request.url}`
    asked.push([key, request.headers['x-aws-ec2-metadata-token'] ?? []].flat().join(' '))
    const answer = answers[key] ?? [404, 'none']
    if (answer === 'reset') request.socket.resetAndDestroy()
    else if (answer !== 'silence') response.writeHead(answer[0]).end(answer[1])
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const http = openHttp()
  // Without the time that passes until then.
  const exchange: Exchange = async (request) => {
    const { host, pathname } = new URL(request.url)
    const key = `${request.method} ${pathname}`
    if (answers[key] !== 'silence') return http(request)
    asked.push(key)
    throw transportError(new DOMException('The operation was aborted due to timeout', 'TimeoutError'), host)
  }
  return { env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: url }, exchange, asked }
}

const region = (env: Readonly<Record<string, string>>, exchange: Exchange) => podRegion(env, 20_000, exchange)
const placement = 'GET /latest/meta-data/placement/region'
const token = 'PUT /latest/api/token'

t.test('the region of the environment has precedence, without a request', async (t) => {
  const { env, exchange, asked } = await serve(t, { [placement]: [200, 'eu-west-3'] })
  t.equal(await region({ ...env, AWS_REGION: 'eu-west-1' }, exchange)(), 'eu-west-1')
  t.equal(await region({ ...env, AWS_DEFAULT_REGION: 'eu-west-2' }, exchange)(), 'eu-west-2')
  t.strictSame(asked, [])
})

const versions: readonly (readonly [title: string, first: Answer, asked: readonly string[]])[] = [
  ['version 2, with a token', [200, 'fakemetadatatoken'], [token, `${placement} fakemetadatatoken`]],
  ['version 1, where a token is refused', [403, ''], [token, placement]],
  ['version 1, where a token is unknown', [404, ''], [token, placement]],
  ['version 1, where a token never comes', 'silence', [token, placement]],
  ['version 1, where the request for a token is reset', 'reset', [token, placement]],
]
for (const [title, first, asked] of versions) {
  t.test(`without one, the region comes from the instance metadata service: ${title}`, async (t) => {
    const server = await serve(t, { [token]: first, [placement]: [200, 'eu-west-3'] })
    const ask = region(server.env, server.exchange)
    t.equal(await ask(), 'eu-west-3')
    t.strictSame(server.asked, asked)
    t.equal(await ask(), 'eu-west-3')
    t.strictSame(server.asked, asked, 'once')
  })
}

const failures: readonly (readonly [
  title: string,
  answers: Readonly<Record<string, Answer>>,
  detail: RegExp,
  more?: { readonly hint?: RegExp | undefined },
])[] = [
  ['none', { [token]: [200, 'x'] }, /status 404/],
  ['silence', { [token]: [200, 'x'], [placement]: 'silence' }, /time/],
  [
    '401, and a token that never comes',
    { [token]: 'silence', [placement]: [401, ''] },
    /status 401/,
    { hint: /hop limit/ },
  ],
  [
    '401, and resets the request for a token',
    { [token]: 'reset', [placement]: [401, ''] },
    /status 401/,
    { hint: /hop limit/ },
  ],
  [
    '401 in spite of a token',
    { [token]: [200, 'x'], [placement]: [401, ''] },
    /status 401/,
    { hint: undefined },
  ],
  ['what is no region', { [placement]: [200, '<html>'] }, /its response is not a region/],
]
for (const [title, answers, detail, more = {}] of failures) {
  t.test(
    `if the instance metadata service returns ${title}, the region is missing, and requested again`,
    async (t) => {
      const { env, exchange, asked } = await serve(t, answers)
      const ask = region(env, exchange)
      const failure = failureOf(await ask().catch((error: unknown) => error))
      t.match(failure, { code: 'REGION_MISSING', message: /the AWS region is missing/, detail })
      if (more.hint) t.match(failure?.hint, more.hint)
      else t.equal(failure?.hint, 'set AWS_REGION')
      const before = asked.length
      await ask().catch(() => {})
      t.equal(asked.length, 2 * before)
    },
  )
}

t.test('a disabled instance metadata service is not called', async (t) => {
  const off = { AWS_EC2_METADATA_DISABLED: 'true' }
  t.equal(openInstanceMetadata(off, 200, openHttp()), undefined)
  t.match(failureOf(await region(off, openHttp())().catch((error: unknown) => error)), {
    code: 'REGION_MISSING',
  })
})

t.test('the IPv6 address is used if the environment selects it', async (t) => {
  const urls: string[] = []
  const metadata = openInstanceMetadata(
    { AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' },
    200,
    async ({ url }) => {
      urls.push(url)
      return { status: 200, headers: {}, body: 'x' }
    },
  )
  await metadata?.get('placement/region')
  t.strictSame(urls, [
    'http://[fd00:ec2::254]/latest/api/token',
    'http://[fd00:ec2::254]/latest/meta-data/placement/region',
  ])
})

for (const [requestTimeout, expected] of [
  [200, [200, 200]],
  [20_000, [1000, 20_000]],
] as const) {
  t.test(
    `a request timeout of ${requestTimeout} ms is that of metadata, a token gets 1 s at most`,
    async (t) => {
      const timeouts: number[] = []
      const ask = podRegion({}, requestTimeout, async ({ timeout }) => {
        timeouts.push(timeout)
        return { status: 200, headers: {}, body: 'eu-west-3' }
      })
      t.equal(await ask(), 'eu-west-3')
      t.strictSame(timeouts, expected)
    },
  )
}
