import type { Env } from '../../api/settings/env.ts'
import type { EnvDiagnostic } from '../../api/diagnostic.ts'
import type { StoreAddress } from '../../api/settings/init-env.ts'
import { validateSecretsEnv } from '../../api/settings/store-env.ts'
import { type AwsCall, openAwsCall } from '../aws/aws-call.ts'
import { awsEndpoint } from '../aws/aws-endpoint.ts'
import { openHttp } from '../aws/http-exchange.ts'
import { readNetwork } from '../aws/network.ts'
import { failureOf } from '../failure.ts'
import { clock } from '../scheduling/clock.ts'
import { noSecrets } from './both-services.ts'
import { openSecretReader, type SecretReader } from './secret-reader.ts'
import { sdkIdentity } from './ssm-client.ts'

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
    const identity = sdkIdentity({ network, env, requestTimeout })
    const region = await identity.region()
    const endpoint = awsEndpoint(service, region, env)
    const exchange = openHttp(network)
    const { credentials } = identity
    return withAttempts(openAwsCall({ service, region, endpoint, credentials, requestTimeout, exchange }))
  })
  return { secrets, diagnostics }
}

/** As many as the SDK's client makes for the store beside it. */
const maxAttempts = 3
/** In milliseconds; doubled each time. */
const firstWait = 200

function withAttempts(call: AwsCall): AwsCall {
  return async (action, input) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await call(action, input)
      } catch (error) {
        const { code } = failureOf(error) ?? {}
        if (attempt === maxAttempts || (code !== 'THROTTLED' && code !== 'UNREACHABLE')) throw error
        await clock.sleep(firstWait * 2 ** (attempt - 1))
      }
    }
  }
}
