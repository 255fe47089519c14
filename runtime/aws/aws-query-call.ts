/**
 * One call to a service that speaks AWS's query protocol, signed as in aws-call.ts: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html.
 * Only `kees` makes them, and only those that read (docs/adr).
 */
import { awsFailure, rejectionIn } from './aws-failure.ts'
import { type QueryOperation, services } from './aws-operation.ts'
import { queryError } from './query-answer.ts'
import { openSigned, type SignedOptions } from './signed-request.ts'

const versions = { sts: '2011-06-15', iam: '2010-05-08' } as const
type QueryService = keyof typeof versions

/** The response as XML; rejects with an error that carries a code of failure.ts. */
export type QueryCall = (action: QueryOperation, input: Readonly<Record<string, string>>) => Promise<string>

export function openQueryCall(options: SignedOptions & { readonly service: QueryService }): QueryCall {
  const { service, credentials } = options
  const { host, send } = openSigned(options)
  return async (action, input) => {
    const form = new URLSearchParams({ Action: action, Version: versions[service], ...input })
    try {
      const answer = await send(
        services[action],
        { 'content-type': 'application/x-www-form-urlencoded' },
        form.toString(),
      )
      if (answer.status !== 200 || !answer.body.includes(`<${action}Response`))
        throw queryError(answer, services[action])
      return answer.body
    } catch (error) {
      const failure = awsFailure(error, action, { host })
      const rejection = rejectionIn(failure)
      if (rejection) credentials.rejected?.(rejection)
      throw failure
    }
  }
}
