import { join } from 'node:path'
import t, { type Test } from 'tap'
import { failureOf } from '../../failure.ts'
import type { HttpRequest } from '../../http/http-exchange.ts'
import { tokenFileHint } from '../aws-hint.ts'
import { webIdentityCredentials } from './web-identity-credentials.ts'

const xml = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/app/kees</Arn></AssumedRoleUser>
    <Credentials>
      <SessionToken>faketoken+/==</SessionToken><SecretAccessKey>fakesecret/+</SecretAccessKey>
      <Expiration>2099-01-01T00:00:00Z</Expiration><AccessKeyId>AKIDWEB</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
</AssumeRoleWithWebIdentityResponse>`
const refusal = (code: string, message: string) =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`

async function ask(t: Test, status: number, body: string, tokenFile?: string, headers = {}) {
  const file = tokenFile ?? join(t.testdir({ token: 'fakeidentity\n' }), 'token')
  const asked: HttpRequest[] = []
  const source = webIdentityCredentials({
    tokenFile: file,
    roleArn: 'arn:aws:iam::111122223333:role/team/app',
    sessionName: 'kees',
    endpoint: async () => 'https://sts.eu-west-1.amazonaws.com',
    timeout: 500,
    exchange: async (request) => {
      asked.push(request)
      return { status, headers, body }
    },
  })
  const result: unknown = await source().catch((error: unknown) => failureOf(error) ?? error)
  return { result, asked }
}

t.test('the token is exchanged for the role of the environment, without a signature', async (t) => {
  const { result, asked } = await ask(t, 200, xml)
  t.strictSame(result, {
    accessKeyId: 'AKIDWEB',
    secretAccessKey: 'fakesecret/+',
    sessionToken: 'faketoken+/==',
    expiration: new Date('2099-01-01T00:00:00Z'),
  })
  t.match(asked, [{ url: 'https://sts.eu-west-1.amazonaws.com', method: 'POST', timeout: 500 }])
  t.strictSame(Object.fromEntries(new URLSearchParams(asked[0]?.body)), {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::111122223333:role/team/app',
    RoleSessionName: 'kees',
    WebIdentityToken: 'fakeidentity',
  })
})

const failures: readonly (readonly [title: string, status: number, body: string, failure: object])[] = [
  [
    'a role that may not be assumed',
    403,
    refusal('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity'),
    {
      code: 'CREDENTIALS_REFUSED',
      role: 'app',
      detail: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    },
  ],
  [
    'an expired token, in words with entities',
    400,
    refusal('ExpiredTokenException', 'Token &quot;expired&quot; &amp; &unknown;'),
    { code: 'CREDENTIALS_REFUSED', detail: 'Token "expired" & &unknown;' },
  ],
  ['too many calls', 400, refusal('Throttling', 'Rate exceeded'), { code: 'THROTTLED' }],
  ['a server error', 503, '<html>', { code: 'UNREACHABLE' }],
  [
    'an OIDC provider that STS cannot reach',
    400,
    refusal('IDPCommunicationError', 'Error communicating with identity provider'),
    {
      code: 'UNREACHABLE',
      service: 'STS',
      host: 'sts.eu-west-1.amazonaws.com',
      detail: /^Error communicating/,
    },
  ],
  [
    'a verification key that STS cannot read',
    400,
    refusal('InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider"),
    { code: 'UNREACHABLE' },
  ],
  [
    'a token that is not valid',
    400,
    refusal('InvalidIdentityToken', 'No OpenIDConnect provider found in your account'),
    { code: 'CREDENTIALS_REFUSED', detail: /^No OpenIDConnect/ },
  ],
  [
    'a region without STS',
    403,
    refusal('RegionDisabledException', 'STS is not activated in this region'),
    { code: 'REFUSED', detail: 'STS is not activated in this region' },
  ],
  [
    'an HTML page of a proxy',
    403,
    '<html><body>Blocked: fakesecret</body></html>',
    { code: 'BAD_ANSWER', message: /the response is not one of STS/ },
  ],
  ['an answer without credentials', 200, '<html>fakesecret</html>', { code: 'BAD_ANSWER' }],
  ['an answer that is cut', 200, xml.slice(0, 400), { code: 'BAD_ANSWER' }],
]
for (const [title, status, body, failure] of failures) {
  t.test(title, async (t) => {
    const { result } = await ask(t, status, body)
    t.match(result, failure)
    t.notMatch(JSON.stringify(result), /fakesecret|fakeidentity/)
  })
}

t.test('an empty token file is not sent: it is being written', async (t) => {
  const { result, asked } = await ask(t, 200, xml, join(t.testdir({ token: '\n' }), 'token'))
  t.match(result, { code: 'CREDENTIALS_MISSING', detail: /token is empty$/ })
  t.strictSame(asked, [])
})

t.test('the expiration is converted to the clock of this machine', async (t) => {
  const hours = 60 * 60_000
  const date = new Date(Date.now() - 2 * hours).toUTCString()
  const { result } = await ask(t, 200, xml, undefined, { date })
  const expected = Date.parse('2099-01-01T00:00:00Z') + 2 * hours
  const { expiration }: { readonly expiration?: unknown } = { ...Object(result) }
  t.ok(expiration instanceof Date && Math.abs(expiration.getTime() - expected) < 30_000, String(expiration))
})

t.test('the error names a missing token file', async (t) => {
  const { result } = await ask(t, 200, xml, '/nonexistent/token')
  t.match(result, {
    code: 'CREDENTIALS_MISSING',
    detail: /\/nonexistent\/token: it does not exist/,
    hint: /^mount the projected volume/,
  })
})

t.test('what to do about a token file that another user owns', async (t) => {
  t.match(tokenFileHint('EACCES'), { hint: /^set fsGroup/ })
  t.strictSame(tokenFileHint('EIO'), {})
})
