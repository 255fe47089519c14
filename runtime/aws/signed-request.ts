/** One POST to a service of AWS, signed by AWS's own signer. */
import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import { toAddress } from '../../api/parse-url.ts'
import type { CredentialSource } from './aws-credentials.ts'
import type { Exchange, HttpResponse } from '../http/http-exchange.ts'
import { formatUtc } from '../utc-time.ts'

export type SignedOptions = {
  /** Its name in signatures. */
  readonly service: string
  readonly region: string
  readonly endpoint: string
  readonly credentials: CredentialSource
  /** For the response, in milliseconds; fetching credentials has a timeout of its own. */
  readonly requestTimeout: number
  readonly exchange: Exchange
}

type Signed = {
  /** Of the endpoint. */
  readonly host: string
  /** @param peer the service for people. */
  readonly send: (
    peer: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ) => Promise<HttpResponse>
}

/** AWS rejects a signature that is five minutes old or more: https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html */
const clockTolerance = 4 * 60_000

export function openSigned({
  service,
  region,
  endpoint,
  credentials,
  requestTimeout,
  exchange,
}: SignedOptions): Signed {
  const url = toAddress(endpoint)
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  /** How far this machine's clock is behind AWS's, in milliseconds. */
  let behind = 0
  const send: Signed['send'] = async (peer, unsigned, body) => {
    const request = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, ...unsigned },
      body,
    }
    const { headers } = await signer.sign(request, { signingDate: new SigningDate(Date.now() + behind) })
    const answer = await exchange({
      service: peer,
      url: url.href,
      method: 'POST',
      headers,
      body,
      timeout: requestTimeout,
    })
    const skew = Date.parse(answer.headers.date ?? '') - Date.now()
    if (answer.status !== 200 && Math.abs(skew - behind) > clockTolerance) behind = skew
    return answer
  }
  return { host: url.host, send }
}

/** As the signer formats it. */
class SigningDate extends Date {
  override toISOString(): string {
    return formatUtc(this)
  }
}

/** Adapts node:crypto to the interface of the signer. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
}

/** Not bytes: to see that they are no key, Node throws and catches several errors, which takes ten times as long as the rest. */
function keyOf(secret: string | ArrayBuffer | ArrayBufferView): KeyObject {
  return createSecretKey(bytes(secret))
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}
