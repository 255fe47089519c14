/** Each way in which AWS, or the way to it, fails: kees doctor names it on a line of its own, with what to do. */
import { once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Fault } from '../../runtime/fake-ssm/faults.ts'
import { startFakeSsm } from '../../runtime/fake-ssm/server.ts'
import { runBeside } from '../programs/run-beside.ts'
import { startFakeSts } from '../servers/fake-sts.ts'
import { denied as deniedTo, refused } from '../servers/ssm-errors.ts'

t.setTimeout(300_000)

const denied = (why: string) => deniedTo('dev', why)
/** By the name of a parameter: what SSM answers, and the line. Without decryption, a key that cannot be used does not show. */
const ofStore: Readonly<Record<string, readonly [fault: Fault, line: RegExp]>> = {
  iam: [denied('because no identity-based policy allows it'), /your role may not read \/iam: /],
  scp: [
    denied('with an explicit deny in a service control policy'),
    /your role may not read \/scp: .*service control policy/,
  ],
  rcp: [
    denied('with an explicit deny in a resource control policy'),
    /your role may not read \/rcp: .*resource control policy/,
  ],
  boundary: [
    denied('because no permissions boundary allows it'),
    /your role may not read \/boundary: .*boundary/,
  ],
  session: [
    denied('because no session policy allows it'),
    /your role may not read \/session: .*session policy/,
  ],
  endpoint: [
    denied('because no VPC endpoint policy allows it'),
    /your role may not read \/endpoint: .*VPC endpoint/,
  ],
  expired: [refused('ExpiredTokenException'), /\/expired: .*ExpiredTokenException/],
  throttled: [refused('ThrottlingException'), /\/throttled: .*too many requests/],
  failing: [refused('InternalServerError', '', 500), /\/failing: .*InternalServerError/],
  page: [{ kind: 'malformed', body: '<html>', status: 403 }, /\/page: /],
  name: [refused('ValidationException'), /\/name: /],
}

const deployment = (names: readonly string[]) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'app', namespace: 'shop' },
    spec: {
      template: {
        metadata: {
          annotations: Object.fromEntries(
            names.map((name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD']),
          ),
        },
        spec: { containers: [{ name: 'app' }] },
      },
    },
  })

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'fakesecret' }
type Row = {
  readonly check: string
  readonly status: string
  readonly message: string
  readonly hint?: string
}

async function doctor(env: Readonly<Record<string, string>>, names: readonly string[] = []) {
  const args = ['doctor', '--no-cluster', '-o', 'json', ...(names.length > 0 ? ['-f', '-'] : [])]
  const { stdout, stderr, status } = await runBeside('kees', args, {
    env: { KEES_STORE: 'ssm', AWS_EC2_METADATA_DISABLED: 'true', ...env },
    input: deployment(names),
  })
  const rows: readonly Row[] = JSON.parse(stdout)
  return { rows, stderr, status }
}

/** @returns the address of a server on loopback. */
async function serve(t: Test, listener: RequestListener): Promise<string> {
  const server = createHttp(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
}

/** Everything that is wrong is on a line with what to do. */
function allHaveHints(t: Test, rows: readonly Row[]): void {
  t.ok(rows.every(({ status }) => /^(ok|warning|error)$/.test(status)))
  const without = rows.filter(({ status, hint = '' }) => status !== 'ok' && hint === '')
  t.strictSame(without, [], 'each line that is not ok has what to do')
}

t.test('faults of the store, each for its own parameters', async (t) => {
  const names = Object.keys(ofStore)
  const store = await startFakeSsm({
    fault: ({ names: asked }) =>
      asked.map((one) => ofStore[one.slice(1)]?.[0]).find((one) => one !== undefined),
  })
  const sts = await startFakeSts()
  t.teardown(async () => {
    sts.stop()
    await store.stop()
  })
  store.put('/good', 'fakepassword')
  const env = {
    ...keys,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_ENDPOINT_URL_STS: sts.endpoint,
  }
  const { rows, status } = await doctor(env, [...names, 'good', 'absent'])
  allHaveHints(t, rows)
  const messages = rows
    .filter(({ status: one }) => one === 'error')
    .map(({ message, hint }) => `${message} ${hint}`)
  for (const [name, [, line]] of Object.entries(ofStore))
    t.ok(
      messages.some((one) => line.test(one)),
      `${name}: ${messages.join('\n')}`,
    )
  t.ok(rows.some(({ message }) => message === '1 of 13 exist'))
  t.ok(messages.some((one) => one.startsWith('missing in the store: /absent ')))
  t.equal(status, 1, 'the name that SSM rejects is to be mended first')
  t.ok(
    store.calls.every(({ action, withDecryption }) => action === 'GetParameters' && withDecryption === false),
  )
})

/** Of the credentials and the region: nothing else can be looked up then. */
const ofAccount: readonly {
  readonly title: string
  readonly env: (t: Test) => Promise<Readonly<Record<string, string>>>
  readonly check: string
  readonly line: RegExp
  readonly hint?: RegExp
  readonly exit: number
}[] = [
  { title: 'no region', env: async () => keys, check: 'region', line: /region/, exit: 2 },
  {
    title: 'no credentials',
    env: async () => ({ AWS_REGION: 'eu-west-1' }),
    check: 'credentials',
    line: /no AWS credentials|credentials/,
    exit: 4,
  },
  {
    title: 'half of the credentials',
    env: async () => ({ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE' }),
    check: '(store|credentials)',
    line: /AWS_SECRET_ACCESS_KEY|credentials/,
    exit: 2,
  },
  {
    title: 'credentials with a line end',
    env: async () => ({
      ...keys,
      AWS_REGION: 'eu-west-1',
      AWS_SECRET_ACCESS_KEY: 'fakesecret\n',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    }),
    check: '(store|credentials)',
    line: /AWS_SECRET_ACCESS_KEY|secret/,
    exit: 2,
  },
  {
    title: 'an STS that cannot be reached',
    env: async () => ({ ...keys, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' }),
    check: 'credentials',
    line: /STS at 127\.0\.0\.1:1 was not reached \(ECONNREFUSED\)/,
    exit: 5,
  },
  {
    title: 'a connection to STS that is reset',
    env: async (t) => ({
      ...keys,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: await serve(t, ({ socket }) => void socket.resetAndDestroy()),
    }),
    check: 'credentials',
    line: /STS at 127\.0\.0\.1:\d+ was not reached/,
    exit: 5,
  },
  {
    title: 'the page of a proxy in place of STS',
    env: async (t) => ({
      ...keys,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: await serve(
        t,
        (_, response) => void response.writeHead(403).end('<html>Blocked'),
      ),
    }),
    check: 'credentials',
    line: /GetCallerIdentity/,
    exit: 5,
  },
  {
    title: 'a server of TLS that is none',
    env: async (t) => ({
      ...keys,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: (await serve(t, (_, response) => void response.end())).replace('http:', 'https:'),
    }),
    check: 'credentials',
    line: /STS at 127\.0\.0\.1:\d+ was not reached/,
    exit: 5,
  },
  {
    title: 'a token that has expired',
    env: async (t) => ({
      ...keys,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: await serve(
        t,
        (_, response) =>
          void response
            .writeHead(403)
            .end(
              '<ErrorResponse><Error><Code>ExpiredToken</Code><Message>expired</Message></Error></ErrorResponse>',
            ),
      ),
    }),
    check: 'credentials',
    line: /credentials are not accepted \(ExpiredToken\)/,
    exit: 4,
  },
  {
    title: 'an address without TLS',
    env: async () => ({ ...keys, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://ssm.example.com' }),
    check: 'store',
    line: /plain http/,
    exit: 2,
  },
]

t.test('faults of the credentials and the region', async (t) => {
  const answers = await Promise.all(
    ofAccount.map(async (row) => ({
      row,
      found: await doctor({ HOME: join('/nonexistent'), ...(await row.env(t)) }),
    })),
  )
  for (const { row, found } of answers)
    await t.test(row.title, async (t) => {
      allHaveHints(t, found.rows)
      const wrong = found.rows.filter(({ status }) => status === 'error')
      const shown = JSON.stringify(wrong, null, 1)
      t.ok(
        wrong.some(
          ({ check, message }) => new RegExp(`^${row.check}$`).test(check) && row.line.test(message),
        ),
        shown,
      )
      t.equal(found.status, row.exit, shown)
      t.notMatch(shown, /fakesecret/)
    })
})
