import type { Env } from '../../../api/settings/env.ts'
import type { StoreAddress } from '../../../api/settings/init-env.ts'
import { toAddress } from '../../../api/parse-url.ts'
import { validateCredentialEnv } from '../../../api/settings/credential-env.ts'
import { awsEndpoint } from '../../aws/aws-endpoint.ts'
import { openFileParameterStore } from '../../store/file-parameter-store.ts'
import { openHttp } from '../../http/http-exchange.ts'
import { watchExchange } from '../../http/watch-exchange.ts'
import { readNetwork } from '../../http/network.ts'
import type { ParameterReader } from '../../store/parameter-store.ts'
import { podCredentials } from '../../aws/credentials/pod-credentials.ts'
import { podRegion } from '../../aws/credentials/pod-region.ts'
import { type AwsService, openAwsCall } from '../../aws/aws-call.ts'
import { noSecrets, readBoth } from '../../store/both-services.ts'
import { openSecretReader } from '../../store/secret-reader.ts'
import { openSsmReader } from '../../store/ssm-reader.ts'
import type { EnvDiagnostic } from '../../../api/diagnostic.ts'
import { validatePodRegion, validateSecretsEnv, validateStoreEnv } from '../../../api/settings/store-env.ts'

export type OpenedReader = {
  readonly reader?: ParameterReader
  readonly diagnostics: readonly EnvDiagnostic[]
}

/**
 * The store as init reads it. Region and credentials may have to be waited for, so they are looked for with the first
 * call. @param requestTimeout in milliseconds. @returns the reader, or all that is wrong with the AWS part of the environment.
 */
export function openReader(address: StoreAddress, env: Env, requestTimeout: number): OpenedReader {
  if (address.kind === 'file') {
    const folder = openFileParameterStore(address.folder, 'read')
    return { reader: readBoth(folder, noSecrets), diagnostics: [] }
  }
  const { network, diagnostics: ofNetwork } = readNetwork(env)
  const diagnostics = [
    ...validatePodRegion(env),
    ...validateStoreEnv(env),
    ...validateSecretsEnv(env),
    ...validateCredentialEnv(env, true),
    ...ofNetwork,
  ]
  if (diagnostics.length > 0) return { diagnostics }
  const { exchange, pending } = watchExchange(openHttp(network))
  const region = podRegion(env, requestTimeout, exchange)
  const credentials = podCredentials(env, requestTimeout, exchange, region)
  let host = 'unknown'
  const connect = (service: AwsService) => async () => {
    const known = await region()
    const endpoint = awsEndpoint(service, known, env)
    host = toAddress(endpoint).host
    return openAwsCall({ service, region: known, endpoint, credentials, requestTimeout, exchange })
  }
  const peer = () => pending() ?? { service: 'SSM', host }
  const parameters = { ...openSsmReader(connect('ssm')), peer }
  const reader = readBoth(parameters, openSecretReader(connect('secretsmanager')))
  return { reader, diagnostics }
}
