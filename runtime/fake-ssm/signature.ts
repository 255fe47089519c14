/**
 * Reads the access key of a signed call, and verifies signatures of keys whose secret the test provides. Implemented from
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, to test the code that signs.
 */
import { createHash, createHmac } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { AwsError } from './aws-error.ts'

type SignedRequest = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** As its credentials must be scoped. */
  readonly service: string
}

type Signature = { readonly who: { readonly accessKeyId: string }; readonly error?: AwsError }

const pattern =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)\/(?<day>\d{8})\/(?<scope>[^,]+), ?SignedHeaders=(?<signed>[^,]+), ?Signature=(?<signature>[0-9a-f]{64})$/

/** AWS rejects older signatures: five minutes. */
const longestAge = 5 * 60_000

/** @param secretOf an access key; undefined for keys whose signature is not verified. */
export function readSignature(
  request: SignedRequest,
  region: string,
  secretOf: (accessKeyId: string) => string | undefined,
): Signature {
  const {
    key,
    day = '',
    scope,
    signed = '',
    signature,
  } = pattern.exec(request.headers.authorization ?? '')?.groups ?? {}
  if (key === undefined) {
    return rejected('', 'MissingAuthenticationTokenException', 'Missing Authentication Token')
  }
  if (scope !== `${region}/${request.service}/aws4_request`) {
    return rejected(
      key,
      'InvalidSignatureException',
      `Credential should be scoped to a valid region, not ${scope}.`,
    )
  }
  const secret = secretOf(key)
  if (secret === undefined) return { who: { accessKeyId: key } }
  const time = String(request.headers['x-amz-date'])
  if (Math.abs(Date.now() - timeOf(time)) > longestAge || !time.startsWith(day)) {
    return rejected(key, 'InvalidSignatureException', `Signature expired: ${time}`)
  }
  const names = signed.split(';')
  const canonical = [
    'POST',
    request.path,
    '',
    ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signed,
    sha256(request.body),
  ].join('\n')
  const text = ['AWS4-HMAC-SHA256', time, `${day}/${scope}`, sha256(canonical)].join('\n')
  const signingKey = [day, region, request.service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${secret}`,
  )
  if (!names.includes('host') || hmac(signingKey, text).toString('hex') !== signature) {
    return rejected(key, 'InvalidSignatureException', 'The request signature we calculated does not match')
  }
  return { who: { accessKeyId: key } }
}

function rejected(accessKeyId: string, type: string, message: string): Signature {
  return { who: { accessKeyId }, error: { type, message } }
}

/** @param text such as 20260131T120000Z */
function timeOf(text: string): number {
  return Date.parse(text.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
