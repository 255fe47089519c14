/** Calls that ask AWS about the account of the caller, with the region and the credentials that the SDK finds on laptops. */
import type { Env } from '../../api/settings/env.ts'
import { type AwsCall, connectOnce, openAwsCall } from '../aws/aws-call.ts'
import { awsEndpoint, iamEndpoint } from '../aws/aws-endpoint.ts'
import { openHttp } from '../http/http-exchange.ts'
import { readNetwork } from '../http/network.ts'
import { openQueryCall, type QueryCall } from '../aws/aws-query-call.ts'
import { sdkIdentity } from '../store/ssm-client.ts'
import { withAttempts } from '../store/with-attempts.ts'
import { element } from '../aws/query-answer.ts'

/** Who calls, as AWS sees it. */
export type Caller = { readonly arn: string; readonly account: string }

/** Each rejects with a Failure. */
export type Account = {
  readonly region: () => Promise<string>
  /** Needs no permission. */
  readonly caller: () => Promise<Caller>
  readonly ssm: AwsCall
  /** Read-only calls. */
  readonly iam: QueryCall
}

/** DescribeParameters and the calls to IAM have low quotas, and are made many times in a row; 25 seconds in all. */
const throttledAttempts = 8

/** @param requestTimeout for one call, in milliseconds. */
export function openAccount(env: Env, requestTimeout: number): Account {
  const { network } = readNetwork(env)
  const { region, credentials } = sdkIdentity({
    network,
    env,
    requestTimeout,
    operation: 'GetCallerIdentity',
  })
  const exchange = openHttp(network)
  const ssm = connectOnce(async () => {
    const where = await region()
    const endpoint = awsEndpoint('ssm', where, env)
    const service = 'ssm'
    return withAttempts(
      openAwsCall({ service, region: where, endpoint, credentials, requestTimeout, exchange }),
      throttledAttempts,
    )
  })
  const iam: QueryCall = async (action, input) => {
    const where = iamEndpoint(await region())
    const endpoint = env['AWS_ENDPOINT_URL'] || where.endpoint
    const { region: signedFor } = where
    const service = 'iam'
    const options = { service, region: signedFor, endpoint, credentials, requestTimeout, exchange } as const
    return await withAttempts(openQueryCall(options), throttledAttempts)(action, input)
  }
  return {
    iam,
    ssm,
    region,
    caller: async () => {
      const where = await region()
      const endpoint =
        env['AWS_ENDPOINT_URL_STS'] || env['AWS_ENDPOINT_URL'] || awsEndpoint('sts', where, env)
      const call = withAttempts(
        openQueryCall({ service: 'sts', region: where, endpoint, credentials, requestTimeout, exchange }),
      )
      const answer = await call('GetCallerIdentity', {})
      return { arn: element(answer, 'Arn') ?? '', account: element(answer, 'Account') ?? '' }
    },
  }
}
