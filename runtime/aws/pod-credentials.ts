/**
 * How a pod gets its AWS credentials, the first that its environment names, in the order of the SDK's default chain:
 * static ones, a web identity token (IRSA), a container endpoint (EKS Pod Identity), else the instance metadata
 * (kube2iam, which names nothing). What is named and fails is an error: to go on would be to become somebody else,
 * the node. https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 *
 * The SDK has them all, and each would take init longer than everything else that it does (docs/performance.md).
 */
import type { Env } from '../../api/env.ts'
import { type CredentialSource, keepCredentials, noCredentials, parseCredentials } from './aws-credentials.ts'
import { awsEndpoint } from './aws-endpoint.ts'
import { containerCredentials } from './container-credentials.ts'
import { type Exchange, openHttp } from './http-exchange.ts'
import { type InstanceMetadata, openInstanceMetadata } from './instance-metadata.ts'
import { podRegion } from './pod-region.ts'
import { webIdentityCredentials } from './web-identity-credentials.ts'

/** @param requestTimeout for one request, in milliseconds. @param region where STS is asked. */
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
      noCredentials('the environment', 'it names none, and the instance metadata are switched off'),
    )
}

function instanceCredentials(metadata: InstanceMetadata): CredentialSource {
  const source = 'the instance metadata'
  return async () => {
    let text: string
    try {
      const [role = ''] = (await metadata.get('iam/security-credentials/')).split('\n')
      text = await metadata.get(`iam/security-credentials/${role.trim()}`)
    } catch (error) {
      throw noCredentials(source, error instanceof Error ? error.message : '')
    }
    const credentials = parseCredentials(text)
    if (credentials === undefined) throw noCredentials(source, 'their answer is not one of credentials')
    return credentials
  }
}
