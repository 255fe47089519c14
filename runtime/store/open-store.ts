import type { Env } from '../../api/env.ts'
import type { StoreAddress } from '../../api/init-env.ts'
import { openHttp } from '../aws/http-exchange.ts'
import { openFileParameterStore, type StoreAccess } from './file-parameter-store.ts'
import type { ParameterStore } from './parameter-store.ts'
import { podRegion } from '../aws/pod-region.ts'
import { type AwsCredentials, openSsmParameterStore } from './ssm-parameter-store.ts'
import { type EnvProblem, podRegionProblems, regionOf, storeEnvProblems } from '../../api/store-env.ts'

export type OpenedStore =
  { readonly store: ParameterStore; readonly problems?: never } | { readonly problems: readonly EnvProblem[] }

export type StoreOptions = {
  /** As of openFileParameterStore. */
  readonly access?: StoreAccess
  /** The time for one attempt of one call, in milliseconds. */
  readonly requestTimeout: number
  /** 1 for who asks again by itself. */
  readonly maxAttempts: number
  readonly kmsKeyId?: string
  /** As of openSsmParameterStore. */
  readonly beforeSending?: () => void
  /**
   * Those of a pod, and the instance's region where the environment lacks one; without it the SDK looks for both, as it
   * does on laptops.
   */
  readonly credentials?: (env: Env, requestTimeout: number) => AwsCredentials
}

/** Reads the AWS part of the environment, and reports all that is wrong with it at once. */
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
  const problems = [...storeEnvProblems(env), ...(credentials ? podRegionProblems(env) : [])]
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
