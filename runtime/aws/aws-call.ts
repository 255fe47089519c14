/**
 * One call to Parameter Store or Secrets Manager without the SDK's client: AWS's own signer, over sockets. Loading the
 * client takes init four times as long as starting Node; this takes as long as starting Node (docs/adr, docs/performance.md).
 *
 * Protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
import { mapOf } from '../../api/json.ts'
import { awsFailure, rejectionIn } from './aws-failure.ts'
import { type AwsOperation, services } from './aws-operation.ts'
import type { HttpResponse } from '../http/http-exchange.ts'
import type { Peer } from '../failure.ts'
import { openSigned, type SignedOptions } from './signed-request.ts'

/** The services that speak this protocol, by their names in hosts and signatures: what precedes the action in x-amz-target. */
const targets = { ssm: 'AmazonSSM', secretsmanager: 'secretsmanager' } as const
export type AwsService = keyof typeof targets

type AwsCallOptions = SignedOptions & { readonly service: AwsService }

/** The response as JSON, and who sent it. */
export type AwsAnswer = { readonly output: unknown; readonly peer: Peer }

/** Rejects with an error that carries a code of failure.ts. */
export type AwsCall = (action: AwsOperation, input: object) => Promise<AwsAnswer>

export function openAwsCall(options: AwsCallOptions): AwsCall {
  const { service, credentials } = options
  const { host, send } = openSigned(options)
  const call: AwsCall = async (action, input) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `${targets[service]}.${action}`,
    }
    const peer = { service: services[action], host }
    const answer = await send(peer.service, headers, JSON.stringify(input))
    return { output: readJson(answer), peer }
  }
  return async (action, input) => {
    try {
      return await call(action, input)
    } catch (error) {
      const failure = awsFailure(error, action, { host })
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
