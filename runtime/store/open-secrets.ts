import type { Env } from '../../api/settings/env.ts'
import type { EnvDiagnostic } from '../../api/diagnostic.ts'
import type { StoreAddress } from '../../api/settings/init-env.ts'
import { validateSecretsEnv } from '../../api/settings/store-env.ts'
import { openAwsCall } from '../aws/aws-call.ts'
import { awsEndpoint } from '../aws/aws-endpoint.ts'
import { openHttp } from '../http/http-exchange.ts'
import { readNetwork } from '../http/network.ts'
import { noSecrets } from './both-services.ts'
import { openSecretReader, type SecretReader } from './secret-reader.ts'
import { sdkIdentity } from './ssm-client.ts'
import { withAttempts } from './with-attempts.ts'

/**
 * Secrets Manager on laptops and in CI, with the region and the credentials that the SDK finds, beside the store of openStore.
 *
 * @param requestTimeout for one call, in milliseconds. @returns also what is wrong with the variables that openStore does not read.
 */
export function openSecrets(
  address: StoreAddress,
  env: Env,
  requestTimeout: number,
): { readonly secrets: SecretReader; readonly diagnostics: readonly EnvDiagnostic[] } {
  if (address.kind === 'file') return { secrets: noSecrets, diagnostics: [] }
  const diagnostics = validateSecretsEnv(env)
  const { network } = readNetwork(env)
  const service = 'secretsmanager'
  const secrets = openSecretReader(async () => {
    const identity = sdkIdentity({ network, env, requestTimeout, operation: 'GetSecretValue' })
    const region = await identity.region()
    const endpoint = awsEndpoint(service, region, env)
    const exchange = openHttp(network)
    const { credentials } = identity
    return withAttempts(openAwsCall({ service, region, endpoint, credentials, requestTimeout, exchange }))
  })
  return { secrets, diagnostics }
}
