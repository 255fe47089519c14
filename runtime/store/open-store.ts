import type { Env } from '../../api/env.ts'
import { credentialEnvProblems } from '../../api/credential-env.ts'
import type { StoreAddress } from '../../api/init-env.ts'
import type { CredentialSource } from '../aws/aws-credentials.ts'
import { openHttp } from '../aws/http-exchange.ts'
import { openFileParameterStore, type StoreAccess } from './file-parameter-store.ts'
import type { ParameterStore } from './parameter-store.ts'
import { podRegion } from '../aws/pod-region.ts'
import { openSsmParameterStore } from './ssm-parameter-store.ts'
import { type EnvProblem, podRegionProblems, regionOf, storeEnvProblems } from '../../api/store-env.ts'

export type OpenedStore =
  { readonly store: ParameterStore; readonly problems?: never } | { readonly problems: readonly EnvProblem[] }

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
  readonly credentials?: (env: Env, requestTimeout: number) => CredentialSource
}

/** Reads the AWS variables of the environment, and reports all problems at once. */
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
  const problems = [
    ...storeEnvProblems(env),
    ...(credentials ? podRegionProblems(env) : []),
    ...credentialEnvProblems(env, credentials !== undefined),
  ]
  if (problems.length > 0) return { problems }
  const region = regionOf(env) ?? (credentials && podRegion(env, options.requestTimeout, openHttp()))
  const store = openSsmParameterStore({
    ...common,
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(credentials ? { credentials: credentials(env, options.requestTimeout) } : {}),
  })
  return { store }
}
