/**
 * The EC2 instance metadata service: the role and region of the machine or, behind kube2iam, of the pod. IMDSv2 where
 * the service issues a session token; IMDSv1 where it does not, as behind kube2iam.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
import type { Env } from '../../api/env.ts'
import type { Exchange } from './http-exchange.ts'
import { isMetadataOff } from '../../api/store-env.ts'

export type InstanceMetadata = {
  /** The text at a path below `/latest/meta-data/`; rejects if there is none. */
  readonly get: (path: string) => Promise<string>
}

/** The service itself responds in milliseconds; kube2iam calls STS first. */
const longestWait = 2000
/** With a hop limit of 1 the token response never reaches the container. */
const longestTokenWait = 1000

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
  const ask = async (method: 'GET' | 'PUT', path: string, headers: Record<string, string>, most: number) =>
    await exchange({
      url: new URL(path, base).href,
      method,
      headers,
      timeout: Math.min(requestTimeout, most),
    })

  const token = async (): Promise<Record<string, string>> => {
    const lifetime = { 'x-aws-ec2-metadata-token-ttl-seconds': '21600' }
    try {
      const { status, body } = await ask('PUT', '/latest/api/token', lifetime, longestTokenWait)
      return status === 200 ? { 'x-aws-ec2-metadata-token': body } : {}
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') return {}
      throw error
    }
  }

  return {
    async get(path) {
      const { status, body } = await ask('GET', `/latest/meta-data/${path}`, await token(), longestWait)
      if (status !== 200 || body === '')
        throw new Error(`the instance metadata service responded with status ${status}`)
      return body
    },
  }
}
