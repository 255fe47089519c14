/** ExternalSecrets with their SecretStores. https://external-secrets.io/latest/api/externalsecret/ */
import { quote } from '../../api/diagnostic.ts'
import { exitCode } from '../../api/exit-code.ts'
import { isMap, listOf, mapOf, type JsonMap } from '../../api/json.ts'
import type { ManifestItem } from '../../functions/krm/manifest-item.ts'
import type { Result } from '../../functions/krm/result.ts'
import { toValue } from '../../functions/yaml/value.ts'
import { jsonKeyOf, leaveIn, textIn, type ReadSource, type SourceValue } from './source-value.ts'

type Store = { readonly isSecretsManager: boolean; readonly prefix: string }

/** @param items the ExternalSecrets and the stores that they refer to; others are ignored. */
export function readExternalSecrets(items: readonly ManifestItem[]): ReadSource[] {
  return items.flatMap((item) => {
    const { kind } = item.object
    return kind === 'ExternalSecret' || kind === 'ClusterExternalSecret' ? [readOne(item, items)] : []
  })
}

function readOne(item: ManifestItem, items: readonly ManifestItem[]): ReadSource {
  const { object } = item
  const results: Result[] = []
  const leave = leaveIn(results, object)
  const outer = mapOf(mapOf(toValue(item.root))['spec'])
  const spec = object.kind === 'ClusterExternalSecret' ? mapOf(outer['externalSecretSpec']) : outer
  const target = mapOf(spec['target'])
  const secret = textIn(target['name']) ?? object.name
  if (listOf(spec['dataFrom']).length > 0)
    leave(
      'spec.dataFrom cannot be carried over',
      'declare each value that the app reads, by an annotation of its own',
    )
  if (target['template'] !== undefined)
    leave(
      'spec.target.template cannot be carried over',
      'write the text as an annotation compose.<domain>/<name>',
    )
  const values = listOf(spec['data']).flatMap((entry, index): SourceValue[] => {
    const where = `spec.data[${index}]`
    const { secretKey, remoteRef, sourceRef } = mapOf(entry)
    const key = textIn(secretKey)
    if (key === undefined) return (leave(`${where}.secretKey is missing`, 'correct the file'), [])
    const source = mapOf(sourceRef)
    if (source['generatorRef'] !== undefined)
      return (
        leave(`${where} (${quote(key)}) is generated`, 'declare it with kind=DYNAMIC: the creator makes it'),
        []
      )
    const store = storeOf(isMap(source['storeRef']) ? source['storeRef'] : spec['secretStoreRef'], items)
    if (typeof store === 'string') return (leave(`${where} (${quote(key)}): ${store}`, storeHint), [])
    const read = readRef(mapOf(remoteRef), store, key)
    if ('left' in read) return (leave(`${where} (${quote(key)}): ${read.left}`, read.hint), [])
    const { note, ...value } = read
    if (note !== undefined)
      results.push({
        severity: 'warning',
        object,
        message: `${where} (${quote(key)}): ${note}`,
        exit: exitCode.input,
      })
    return [{ name: key, ...value, keys: [{ secret, key }] }]
  })
  return { title: `${object.kind}/${object.name}`, object, values, results }
}

const storeHint = 'kees reads only Parameter Store and Secrets Manager of the account and region of the pods'

/** @returns what is wrong, as a text. */
function storeOf(ref: unknown, items: readonly ManifestItem[]): Store | string {
  const name = textIn(mapOf(ref)['name'])
  const kind = textIn(mapOf(ref)['kind']) ?? 'SecretStore'
  if (name === undefined) return 'it names no store'
  const found = items.find(({ object }) => object.kind === kind && object.name === name)
  if (!found) return `${kind} ${quote(name)} is not among the files`
  const provider = mapOf(mapOf(mapOf(toValue(found.root))['spec'])['provider'])
  const { service, prefix } = mapOf(provider['aws'])
  if (service !== 'ParameterStore' && service !== 'SecretsManager')
    return `${kind} ${quote(name)} is of ${Object.keys(provider).join(', ') || 'no provider'}, not of AWS Parameter Store or Secrets Manager`
  return { isSecretsManager: service === 'SecretsManager', prefix: textIn(prefix) ?? '' }
}

type ReadRef =
  | (Omit<SourceValue, 'name' | 'keys'> & { readonly note?: string })
  | { readonly left: string; readonly hint: string }

function readRef(ref: JsonMap, { isSecretsManager, prefix }: Store, secretKey: string): ReadRef {
  const { version, property, decodingStrategy = 'None', metadataPolicy = 'None' } = ref
  const key = textIn(ref['key'])
  if (key === undefined) return { left: 'remoteRef.key is missing', hint: 'correct the file' }
  if (key.startsWith('arn:'))
    return { left: 'remoteRef.key is an ARN', hint: 'name the parameter or the secret of the own account' }
  if (metadataPolicy !== 'None') return { left: 'metadataPolicy reads tags', hint: 'store the value itself' }
  let note: string | undefined
  const attributes = new Map<string, string>()
  const name = prefix + key
  if (isSecretsManager) attributes.set('from', 'secretsmanager').set('storageKey', name)
  const pin = textIn(version)
  if (pin !== undefined) {
    const isVersion = isSecretsManager ? pin.startsWith('uuid/') : /^\d+$/.test(pin)
    attributes.set(isVersion ? 'version' : 'label', pin.replace(/^uuid\//, ''))
  }
  const member = textIn(property)
  if (member !== undefined) {
    // External Secrets takes a member of this very name first: files such as tls.crt are.
    const isName = member === secretKey && !member.startsWith('/')
    const jsonKey = isName ? member : jsonKeyOf(member)
    if (jsonKey === undefined)
      return {
        left: `property ${quote(member)} is more than a path`,
        hint: 'use jsonKey: a name, or a pointer such as /db/0/user',
      }
    attributes.set('jsonKey', jsonKey)
    if (member.includes('.'))
      note = isName
        ? `property ${quote(member)} is read as the name of one member`
        : `property ${quote(member)} is read as a path: if it is the name of one member, use jsonKey=${member}`
  }
  if (decodingStrategy === 'Base64' || decodingStrategy === 'Base64URL') attributes.set('decode', 'base64')
  else if (decodingStrategy !== 'None')
    return {
      left: 'decodingStrategy Auto cannot be carried over',
      hint: 'use decode=base64 where the value is base64',
    }
  return {
    attributes,
    ...(isSecretsManager ? {} : { parameter: name }),
    ...(note === undefined ? {} : { note }),
  }
}
