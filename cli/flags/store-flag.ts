import { initVariables, parseStoreAddress, type StoreAddress } from '../../api/settings/init-env.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { decodeSettings } from '../../api/settings/setting.ts'
import { kmsKeyVariable } from '../../runtime/store/kms-key-env.ts'
import { putRateVariable } from '../../runtime/store/put-rate-env.ts'
import type { StoreAccess } from '../../runtime/store/file-parameter-store.ts'
import type { ParameterReader, ParameterStore } from '../../runtime/store/parameter-store.ts'
import type { SecretReader } from '../../runtime/store/secret-reader.ts'
import { readBoth } from '../../runtime/store/both-services.ts'
import { type Io, valueOf } from './command.ts'
import type { Flags, ParsedFlags } from './flags.ts'

export const storeFlags: Flags = {
  store: {
    takes: 'STORE',
    meaning: 'the store: ssm, or file:<folder> for the embedded store (default $KEES_STORE, else ssm)',
  },
}

/** In milliseconds; a person waits. */
const requestTimeout = 10_000

export type OpenedStore = {
  readonly kind: StoreAddress['kind']
  readonly store: ParameterStore
  readonly secrets: SecretReader
  /** Of both. */
  readonly reader: ParameterReader
  /** The pace at which the store may be written to. */
  readonly putsPerSecond: number
  readonly diagnostics?: undefined
}

/** Where all pods are in local mode: nobody calls it. */
export const noStore: OpenedStore = {
  kind: 'file',
  store: { peer: refuse, get: refuse, exists: refuse, create: refuse, replace: refuse },
  secrets: { get: refuse, exists: refuse },
  reader: { peer: refuse, get: refuse },
  putsPerSecond: Infinity,
}

function refuse(): never {
  throw new TypeError('no pod reads a store')
}

type Writing = { readonly kmsKeyId: string | undefined; readonly putRate: number }

type StoreFlag =
  | OpenedStore
  | {
      readonly kind?: undefined
      readonly store?: undefined
      readonly reader?: undefined
      readonly diagnostics: readonly Diagnostic[]
    }

/** The store that the flag or the environment names, with the credentials and region that the AWS CLI would take. */
export async function openStoreFlag(
  parsed: ParsedFlags,
  { env }: Io,
  access: StoreAccess,
): Promise<StoreFlag> {
  const flag = valueOf(parsed, 'store')
  const name = flag === undefined ? initVariables.store.env : 'flag --store'
  const text = flag ?? (env[initVariables.store.env] || 'ssm')
  const address = parseStoreAddress(text)
  if (address.diagnostics !== undefined)
    return { diagnostics: about(`${name} ${quote(text)}`, address.diagnostics) }
  const writing = decodeSettings<Writing>({ kmsKeyId: kmsKeyVariable, putRate: putRateVariable }, env)
  const { kmsKeyId, putRate = putRateVariable.default } = writing.valid
  // Only the commands that need a store load the SDK.
  const { openStore } = await import('../../runtime/store/open-store.ts')
  const { openSecrets } = await import('../../runtime/store/open-secrets.ts')
  const opened = await openStore(address.value, env, {
    access,
    requestTimeout,
    maxAttempts: 3,
    ...(kmsKeyId === undefined ? {} : { kmsKeyId }),
  })
  const { secrets, diagnostics: ofSecrets } = openSecrets(address.value, env, requestTimeout)
  const diagnostics: Diagnostic[] = [...(opened.diagnostics ?? []), ...ofSecrets, ...writing.diagnostics]
  if (opened.diagnostics !== undefined || diagnostics.length > 0) return { diagnostics }
  const { store } = opened
  const { kind } = address.value
  // Writing files has no quota.
  const putsPerSecond = kind === 'ssm' ? putRate : Infinity
  return { kind, store, secrets, reader: readBoth(store, secrets), putsPerSecond }
}
