import type { Env } from '../../api/settings/env.ts'
import { validateCredentialEnv } from '../../api/settings/credential-env.ts'
import type { EnvDiagnostic } from '../../api/diagnostic.ts'
import type { StoreAddress } from '../../api/settings/init-env.ts'
import type { CredentialSource } from '../aws/aws-credentials.ts'
import { type Exchange, openHttp } from '../http/http-exchange.ts'
import { readNetwork } from '../http/network.ts'
import { openFileParameterStore, type StoreAccess } from './file-parameter-store.ts'
import type { ParameterStore } from './parameter-store.ts'
import { podRegion } from '../aws/credentials/pod-region.ts'
import { openSsmParameterStore } from './ssm-parameter-store.ts'
import { regionOf, validatePodRegion, validateStoreEnv } from '../../api/settings/store-env.ts'

export type OpenedStore =
  | { readonly store: ParameterStore; readonly diagnostics?: never }
  | { readonly diagnostics: readonly EnvDiagnostic[] }

export type StoreOptions = {
  /** See openFileParameterStore. */
  readonly access?: StoreAccess
  /** For one attempt of one call, in milliseconds. */
  readonly requestTimeout: number
  /** 1 if the caller retries by itself. */
  readonly maxAttempts: number
  readonly kmsKeyId?: string
  /** See openSsmParameterStore. */
  readonly beforeSending?: () => void
  /**
   * Pod credentials; the region then comes from the environment or the instance metadata service. Without it the SDK
   * looks for both, as on laptops.
   */
  readonly credentials?: (env: Env, requestTimeout: number, exchange: Exchange) => CredentialSource
}

/** Reads the AWS variables of the environment, and reports everything that is wrong at once. */
export async function openStore(
  address: StoreAddress,
  env: Env,
  options: StoreOptions,
): Promise<OpenedStore> {
  if (address.kind === 'file') {
    return { store: openFileParameterStore(address.folder, options.access) }
  }
  const { credentials, access: _access, ...common } = options
  const endpoint = env['AWS_ENDPOINT_URL_SSM'] || env['AWS_ENDPOINT_URL']
  const { network, diagnostics: ofNetwork } = readNetwork(env)
  const diagnostics = [
    ...validateStoreEnv(env),
    ...(credentials ? validatePodRegion(env) : []),
    ...validateCredentialEnv(env, credentials !== undefined),
    ...ofNetwork,
  ]
  if (diagnostics.length > 0) return { diagnostics }
  const exchange = openHttp(network)
  const region = regionOf(env) ?? (credentials && podRegion(env, options.requestTimeout, exchange))
  const store = openSsmParameterStore({
    ...common,
    network,
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(credentials ? { credentials: credentials(env, options.requestTimeout, exchange) } : {}),
  })
  return { store }
}
