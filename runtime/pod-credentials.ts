/**
 * How a pod gets its AWS credentials, the first that its environment names, in the order of the SDK's default chain:
 * static ones, a web identity token (IRSA), a container endpoint (EKS Pod Identity), else the instance metadata
 * (kube2iam, which names nothing). What is named and fails is an error: to go on would be to become somebody else,
 * the node. https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
import { fromHttp } from '@aws-sdk/credential-provider-http'
import { fromTokenFile } from '@aws-sdk/credential-provider-web-identity'
import { fromInstanceMetadata } from '@smithy/credential-provider-imds'
import { awsFailure } from './aws-failure.ts'
import { failed, failureOf } from './failure.ts'
import type { AwsCredentials } from './ssm-parameter-store.ts'
import { systemCode } from './system-error.ts'

type Env = Readonly<Record<string, string | undefined>>
type Source = ReturnType<typeof fromTokenFile>

/** Instance metadata answers in milliseconds where there is any; kube2iam has to ask STS first. */
const longestMetadataWait = 2000

const instanceMetadata = 'the instance metadata'

/** The SDK warns on the console otherwise. */
const logger = { debug() {}, info() {}, warn() {}, error() {} }

/** @param requestTimeout in milliseconds. */
export function podCredentials(env: Env, requestTimeout: number): AwsCredentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (accessKeyId && secretAccessKey) {
    const { AWS_SESSION_TOKEN: sessionToken } = env
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
  }
  const { AWS_WEB_IDENTITY_TOKEN_FILE: webIdentityTokenFile, AWS_ROLE_ARN: roleArn } = env
  if (webIdentityTokenFile && roleArn) {
    const roleSessionName = env['AWS_ROLE_SESSION_NAME'] || 'kees'
    // STS is called as its caller, the store, is: in the same region, with the same time-outs.
    const webIdentity = fromTokenFile({ webIdentityTokenFile, roleArn, roleSessionName, logger })
    return explained('the web identity token file and STS', webIdentity)
  }
  const timeout = Math.min(requestTimeout, longestMetadataWait)
  const fullUri = env['AWS_CONTAINER_CREDENTIALS_FULL_URI']
  const relativeUri = env['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']
  if (fullUri || relativeUri) {
    return explained('the container credentials endpoint', () =>
      fromHttp({ timeout, maxRetries: 0, logger })(),
    )
  }
  if (env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true') {
    return () =>
      Promise.reject(failed({ code: 'CREDENTIALS_MISSING', message: 'no AWS credentials are named' }))
  }
  return explained(instanceMetadata, fromInstanceMetadata({ timeout, logger }))
}

/** No credentials are CREDENTIALS_MISSING, unless STS itself said what is wrong. */
function explained(name: string, source: Source): AwsCredentials {
  return async (caller) => {
    try {
      return await source(caller)
    } catch (error) {
      const failure = failureOf(awsFailure(error, 'AssumeRoleWithWebIdentity'))
      const isSts = failure !== undefined && error instanceof Error && '$fault' in error
      // A source that does not answer says nothing of credentials; a file or metadata that is not there does.
      const isRemote = name !== instanceMetadata && error instanceof Error && !('path' in error)
      const isCutOff = isRemote && failure?.code === 'UNREACHABLE'
      if (failure && (isSts || isCutOff)) throw failed(failure)
      const message = `no AWS credentials: ${name} gave none`
      const detail = error instanceof Error && mayBeShown(error) ? { detail: error.message } : {}
      throw failed({ code: 'CREDENTIALS_MISSING', message, ...detail })
    }
  }
}

/** The message of any other error, such as a JSON error's, may hold a piece of the credentials. */
function mayBeShown(error: Error): boolean {
  return systemCode(error) !== undefined || /^(Credentials)?ProviderError$/.test(error.name)
}
