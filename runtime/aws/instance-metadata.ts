/**
 * What the machine knows of itself, and under kube2iam of the pod: its role and region. Version 2 of the service, with
 * a token, where it gives one; version 1 where it does not, as behind kube2iam.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html
 */
import type { Env } from '../../api/env.ts'
import type { Exchange } from './http-exchange.ts'
import { isMetadataOff } from '../../api/store-env.ts'

export type InstanceMetadata = {
  /** The text at a path below `/latest/meta-data/`; rejects where there is none. */
  readonly get: (path: string) => Promise<string>
}

/** It answers in milliseconds where there is any; kube2iam has to ask STS first. */
const longestWait = 2000
/** A token that a container may not have is not refused: it never comes. */
const longestTokenWait = 1000

/** @param requestTimeout the most for one call, in milliseconds. @returns undefined where it is switched off. */
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
      if (status !== 200 || body === '') throw new Error(`the instance metadata answered ${status}`)
      return body
    },
  }
}
