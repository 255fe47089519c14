/** STS as IRSA uses it: every answer has another access key, AKID1, AKID2, …; the next answers can be errors. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

/** Errors of STS, or of what is in front of it, that pass by themselves. */
const passingErrors = {
  'no contact to the identity provider': [
    400,
    error('IDPCommunicationError', 'Error communicating with identity provider'),
  ],
  'no verification key': [
    400,
    error('InvalidIdentityToken', "Couldn't retrieve verification key from your identity provider"),
  ],
  throttled: [400, error('Throttling', 'Rate exceeded')],
  'not available': [503, error('ServiceUnavailable', '')],
  'a page of a proxy': [403, '<html><body>Blocked by proxy</body></html>'],
} as const satisfies Readonly<Record<string, readonly [status: number, body: string]>>

export type StsError = keyof typeof passingErrors

export type FakeSts = {
  readonly endpoint: string
  /** The next answers, in this order. */
  readonly fail: (errors: readonly StsError[]) => void
  /** How many of them are still to come. */
  readonly failuresLeft: () => number
  /** How many access keys it gave. */
  readonly given: () => number
  readonly stop: () => void
}

export async function startFakeSts(): Promise<FakeSts> {
  const failing: StsError[] = []
  let given = 0
  const server = createServer((request, response) => {
    void text(request).then((asked) => {
      if (asked.includes('GetCallerIdentity')) return response.end(caller)
      const next = failing.shift()
      const [status, body] = next === undefined ? [200, credentials(`AKID${++given}`)] : passingErrors[next]
      return response.writeHead(status, { 'content-type': 'text/xml' }).end(body)
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    fail: (errors) => void failing.push(...errors),
    failuresLeft: () => failing.length,
    given: () => given,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
const caller = `<GetCallerIdentityResponse><GetCallerIdentityResult>
  <Arn>arn:aws:iam::111122223333:user/on-call</Arn><Account>111122223333</Account>
</GetCallerIdentityResult></GetCallerIdentityResponse>`

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html */
function credentials(key: string): string {
  const expiration = new Date(Date.now() + 3_600_000).toISOString()
  return `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
    <AccessKeyId>${key}</AccessKeyId><SecretAccessKey>fakesecret</SecretAccessKey>
    <SessionToken>faketoken</SessionToken><Expiration>${expiration}</Expiration>
  </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`
}

function error(code: string, message: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`
}
