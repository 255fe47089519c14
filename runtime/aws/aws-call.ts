/**
 * One call to Parameter Store or Secrets Manager without the SDK's client: AWS's own signer over node:http. Loading the
 * client takes init four times as long as starting Node; this takes as long as starting Node (docs/adr, docs/performance.md).
 *
 * Protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
import { mapOf } from '../../api/json.ts'
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto'
import { SignatureV4 } from '@smithy/signature-v4'
import type { HttpResponse, Exchange } from './http-exchange.ts'
import type { CredentialSource } from './aws-credentials.ts'
import { awsFailure, rejectionIn } from './aws-failure.ts'
import { type AwsOperation, services } from './aws-operation.ts'
import type { Peer } from '../failure.ts'

/** The services that speak this protocol, by their names in hosts and signatures: what precedes the action in x-amz-target. */
const targets = { ssm: 'AmazonSSM', secretsmanager: 'secretsmanager' } as const
export type AwsService = keyof typeof targets

type AwsCallOptions = {
  readonly service: AwsService
  readonly region: string
  readonly endpoint: string
  readonly credentials: CredentialSource
  /** For the response, in milliseconds; fetching credentials has a timeout of its own. */
  readonly requestTimeout: number
  readonly exchange: Exchange
}

/** The response as JSON, and who sent it. */
export type AwsAnswer = { readonly output: unknown; readonly peer: Peer }

/** Rejects with an error that carries a code of failure.ts. */
export type AwsCall = (action: AwsOperation, input: object) => Promise<AwsAnswer>

/** AWS rejects a signature that is five minutes old or more: https://docs.aws.amazon.com/IAM/latest/UserGuide/signing-elements.html */
const clockTolerance = 4 * 60_000

export function openAwsCall({
  service,
  region,
  endpoint,
  credentials,
  requestTimeout,
  exchange,
}: AwsCallOptions): AwsCall {
  const url = new URL(endpoint)
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 })
  /** How far this machine's clock is behind AWS's, in milliseconds. */
  let behind = 0
  const call: AwsCall = async (action, input) => {
    const body = JSON.stringify(input)
    const request = {
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: {
        host: url.host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${targets[service]}.${action}`,
      },
      body,
    }
    const { headers } = await signer.sign(request, { signingDate: new Date(Date.now() + behind) })
    const peer = { service: services[action], host: url.host }
    const answer = await exchange({
      service: peer.service,
      url: url.href,
      method: 'POST',
      headers,
      body,
      timeout: requestTimeout,
    })
    const skew = Date.parse(answer.headers.date ?? '') - Date.now()
    if (answer.status !== 200 && Math.abs(skew - behind) > clockTolerance) behind = skew
    return { output: readJson(answer), peer }
  }
  return async (action, input) => {
    try {
      return await call(action, input)
    } catch (error) {
      const failure = awsFailure(error, action, { host: url.host })
      const rejection = rejectionIn(failure)
      if (rejection) credentials.rejected?.(rejection)
      throw failure
    }
  }
}

/** A call that is opened with the first request. @param connect is called again until it succeeds. */
export function connectOnce(connect: () => Promise<AwsCall>): AwsCall {
  let connected: Promise<AwsCall> | undefined
  const forget = (error: unknown) => {
    connected = undefined
    throw error
  }
  return async (action, input) => {
    const call = await (connected ??= connect().catch(forget))
    return await call(action, input)
  }
}

function readJson({ status, headers, body }: HttpResponse): unknown {
  const $metadata = { httpStatusCode: status }
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    // The parser's message may quote the response. With a 5xx status, a gateway's error page is enough.
    if (status < 500) throw Object.assign(new Error('the response is not JSON'), { $metadata })
  }
  if (status === 200) return json
  const { __type: type, message, Message } = mapOf(json)
  const [name = 'Unknown'] = [headers['x-amzn-errortype'], type].filter((one) => typeof one === 'string')
  const [words = ''] = [message, Message].filter((one) => typeof one === 'string')
  const $fault = status < 500 ? 'client' : 'server'
  // The name may have a namespace before it and an address behind it: `com.amazonaws.ssm#Name:http://…`.
  throw Object.assign(new Error(words), { name: name.replace(/^.*#|:.*$/g, ''), $metadata, $fault })
}

/** Adapts node:crypto to the interface of the signer. */
class Sha256 {
  readonly #hash: Hash | Hmac

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret))
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data))
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest()
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data)
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}
