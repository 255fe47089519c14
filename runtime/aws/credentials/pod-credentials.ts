/**
 * The AWS credentials of a pod: the first source that its environment names, in the order of the SDK's default chain:
 * static keys, a web identity token (IRSA), a container endpoint (EKS Pod Identity), else the instance metadata service
 * (kube2iam, which sets no variable). A named source that fails is an error: falling through would use the node's role.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 *
 * The SDK implements them all, but loading any of them takes longer than the rest of init (docs/performance.md).
 */
import type { Env } from '../../../api/settings/env.ts'
import { mapOf } from '../../../api/json.ts'
import {
  type CredentialSource,
  keepCredentials,
  noCredentials,
  parseCredentials,
} from '../aws-credentials.ts'
import { awsEndpoint } from '../aws-endpoint.ts'
import { containerCredentials } from './container-credentials.ts'
import { type Exchange, openHttp } from '../../http/http-exchange.ts'
import { hintOf, type InstanceMetadata, openInstanceMetadata } from './instance-metadata.ts'
import { podRegion } from './pod-region.ts'
import { webIdentityCredentials } from './web-identity-credentials.ts'

/** @param requestTimeout for one request, in milliseconds. @param region of STS. */
export function podCredentials(
  env: Env,
  requestTimeout: number,
  exchange: Exchange = openHttp(),
  region: () => Promise<string> = podRegion(env, requestTimeout, exchange),
): CredentialSource {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (accessKeyId && secretAccessKey) {
    const { AWS_SESSION_TOKEN: sessionToken } = env
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
    return () => Promise.resolve(credentials)
  }
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: roleArn } = env
  if (tokenFile && roleArn) {
    const sessionName = env['AWS_ROLE_SESSION_NAME'] || 'kees'
    const endpoint = async () => awsEndpoint('sts', await region(), env)
    const identity = { tokenFile, roleArn, sessionName, endpoint, timeout: requestTimeout, exchange }
    return keepCredentials(webIdentityCredentials(identity))
  }
  if (env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] || env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']) {
    return keepCredentials(containerCredentials(env, requestTimeout, exchange))
  }
  const metadata = openInstanceMetadata(env, requestTimeout, exchange)
  if (metadata) return keepCredentials(instanceCredentials(metadata))
  return () =>
    Promise.reject(
      noCredentials('the environment', 'it names no source, and the instance metadata service is disabled'),
    )
}

function instanceCredentials(metadata: InstanceMetadata): CredentialSource {
  const source = 'the instance metadata service'
  return async () => {
    let text: string
    try {
      const [role = ''] = (await metadata.get('iam/security-credentials/')).split('\n')
      text = await metadata.get(`iam/security-credentials/${role.trim()}`)
    } catch (error) {
      throw noCredentials(source, error instanceof Error ? error.message : '', {
        host: metadata.host,
        ...hintOf(error),
      })
    }
    const credentials = parseCredentials(text)
    if (credentials === undefined) {
      throw noCredentials(source, `its response has no credentials${reasonIn(text)}`, { host: metadata.host })
    }
    return credentials
  }
}

/** Why EC2 gives none, in its words: `AssumeRoleUnauthorizedAccess`. */
function reasonIn(text: string): string {
  let answer: unknown
  try {
    answer = JSON.parse(text)
  } catch {
    return ''
  }
  const { Code: code, Message: message, SecretAccessKey: secret } = mapOf(answer)
  if (typeof code !== 'string' || code === 'Success' || secret !== undefined) return ''
  return `: ${code}${typeof message === 'string' ? `: ${message.slice(0, longestReason)}` : ''}`
}

/** In characters. */
const longestReason = 300
