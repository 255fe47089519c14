/**
 * The EC2 instance metadata service: the role and region of the machine or, behind kube2iam, of the pod. IMDSv2 where
 * the service issues a session token; IMDSv1 where it does not, as behind kube2iam.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
import type { Env } from '../../../api/settings/env.ts'
import type { Exchange } from '../../http/http-exchange.ts'
import { isMetadataOff } from '../../../api/settings/store-env.ts'
import { hostOfTransportError } from '../../http/transport-error.ts'

export type InstanceMetadata = {
  readonly host: string
  /** The text at a path below `/latest/meta-data/`; rejects if there is none. The error may have a `hint`. */
  readonly get: (path: string) => Promise<string>
}

/**
 * With a hop limit of 1 the token never reaches the container, so that waiting longer does not help; in milliseconds. For
 * everything else the time limit of a request holds: kube2iam calls STS first.
 */
const longestTokenWait = 1000
const service = 'the instance metadata service'
const hopLimit =
  'set the hop limit of the instance metadata service to 2 (HttpPutResponseHopLimit), or give the pod a role of its own'

/** @param requestTimeout for one call at most, in milliseconds. @returns undefined if it is disabled. */
export function openInstanceMetadata(
  env: Env,
  requestTimeout: number,
  exchange: Exchange,
): InstanceMetadata | undefined {
  if (isMetadataOff(env)) return undefined
  const isIpv6 = env['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE']?.toLowerCase() === 'ipv6'
  const base =
    env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || (isIpv6 ? 'http://[fd00:ec2::254]' : 'http://169.254.169.254')
  /** @returns undefined if none arrives. Like AWS's own programs, it then goes on without one: not every proxy passes PUT on. */
  const token = async (): Promise<Record<string, string> | undefined> => {
    const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }
    const url = new URL('/latest/api/token', base).href
    const timeout = Math.min(requestTimeout, longestTokenWait)
    try {
      const { status, body } = await exchange({
        service,
        url,
        method: 'PUT',
        headers,
        timeout,
        isDirect: true,
      })
      return status === 200 ? { 'x-aws-ec2-metadata-token': body } : {}
    } catch (error) {
      if (hostOfTransportError(error) === undefined) throw error
      return undefined
    }
  }

  return {
    host: new URL(base).host,
    async get(path) {
      const headers = await token()
      const url = new URL(`/latest/meta-data/${path}`, base).href
      const { status, body } = await exchange({
        service,
        url,
        method: 'GET',
        headers: headers ?? {},
        timeout: requestTimeout,
        isDirect: true,
      })
      if (status === 200 && body !== '') return body
      const error = new Error(`the instance metadata service responded with status ${status}`)
      // It requires a token, and the one for this container did not arrive.
      throw status === 401 && headers === undefined ? Object.assign(error, { hint: hopLimit }) : error
    },
  }
}

/** What to do about an error of `get`, where that is known. */
export function hintOf(error: unknown): { readonly hint?: string } {
  if (!(error instanceof Error) || !('hint' in error) || typeof error.hint !== 'string') return {}
  return { hint: error.hint }
}
