/** SecretStores and ClusterSecretStores of External Secrets. https://external-secrets.io/latest/provider/aws-parameter-store/ */
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import { mapOf } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import type { ManifestItem } from '../../functions/krm/manifest-item.ts'
import { errorsOf, type ObjectReference, type Result } from '../../functions/krm/result.ts'
import { toValue } from '../../functions/yaml/value.ts'
import { isIn, type NamespaceOf, type Namespaces, textIn } from './source-value.ts'

export type SecretStore = {
  readonly object: ObjectReference
  readonly isSecretsManager: boolean
  readonly prefix: string
  readonly region?: string
  /** The fields by which External Secrets reads as somebody else than the pods. */
  readonly identity: readonly string[]
}

/** @param namespaces those of the ExternalSecret: a SecretStore serves no other. */
export function findStore(
  ref: unknown,
  items: readonly ManifestItem[],
  namespaces: Namespaces,
  namespaceOf: NamespaceOf,
): Parsed<SecretStore> {
  const name = textIn(mapOf(ref)['name'])
  const kind = textIn(mapOf(ref)['kind']) ?? 'SecretStore'
  if (name === undefined) return invalid('it names no store', 'set secretStoreRef')
  const named = items.filter(({ object }) => object.kind === kind && object.name === name)
  const found = named.filter(
    ({ object }) => kind === 'ClusterSecretStore' || isIn(namespaces, namespaceOf(object)),
  )
  const [item, other] = found
  if (!item) {
    const hint = `also name the file of the ${kind}`
    const elsewhere = named
      .map(({ object }) => namespaceOf(object))
      .map((one) => (one === '' ? 'none' : quote(one)))
    return elsewhere.length === 0
      ? invalid(`${kind} ${quote(name)} is not among the files`, hint)
      : invalid(
          `${kind} ${quote(name)} is not in the namespace of the ExternalSecret: its namespace is ${elsewhere.join(', ')}`,
          `${hint} of this namespace, or set --namespace where an object has none`,
        )
  }
  if (other)
    return invalid(
      `${kind} ${quote(name)} is more than once among the files`,
      'convert the namespaces one after the other',
    )
  return readStore(item)
}

function readStore({ object, root }: ManifestItem): Parsed<SecretStore> {
  const provider = mapOf(mapOf(mapOf(toValue(root))['spec'])['provider'])
  const { service, prefix, region, auth, ...more } = mapOf(provider['aws'])
  if (service !== 'ParameterStore' && service !== 'SecretsManager')
    return invalid(
      `${object.kind} ${quote(object.name)} is of ${Object.keys(provider).join(', ') || 'no provider'}, not of AWS Parameter Store or Secrets Manager`,
      'kees reads only Parameter Store and Secrets Manager of the account and region of the pods',
    )
  const ofRegion = textIn(region)
  const { secretsManager: _deletion, ...roles } = more
  const identity = Object.entries({ ...roles, 'auth.secretRef': mapOf(auth)['secretRef'] })
  return {
    value: {
      object,
      isSecretsManager: service === 'SecretsManager',
      prefix: textIn(prefix) ?? '',
      ...(ofRegion === undefined ? {} : { region: ofRegion }),
      identity: identity.flatMap(([field, value]) => (value === undefined ? [] : [field])),
    },
  }
}

/**
 * What of the stores themselves is not carried over. Every store of AWS must name a region, so a region is a warning; of two regions, one at
 * least is not that of the pods.
 */
export function storeResults(stores: readonly SecretStore[]): Result[] {
  const regions = new Set(stores.flatMap(({ region }) => region ?? []))
  return stores.flatMap(({ object, region, identity }) => {
    const ofIdentity = identity.map((field): Diagnostic => {
      const message = `spec.provider.aws.${field} cannot be carried over`
      const hint =
        'kees reads as the pods: if the values are in their account, allow their role to read them, and remove the field'
      return { message, hint }
    })
    const ofRegion = region === undefined ? [] : [regionResult(object, region, regions.size > 1)]
    return [...errorsOf(ofIdentity, exitCode.input, object), ...ofRegion]
  })
}

function regionResult(object: ObjectReference, region: string, isOneOfMany: boolean): Result {
  const rest = isOneOfMany ? ', and other stores name another region' : ''
  return {
    severity: isOneOfMany ? 'error' : 'warning',
    object,
    message: `spec.provider.aws.region is ${quote(region)}: kees reads the region of the pods${rest}`,
    hint: isOneOfMany
      ? 'leave the values of other regions to External Secrets'
      : 'check that the pods run in this region',
    exit: exitCode.input,
  }
}
