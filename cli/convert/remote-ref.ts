/** Where an ExternalSecret has a value from. https://external-secrets.io/latest/api/externalsecret/ */
import { quote } from '../../api/diagnostic.ts'
import type { JsonMap } from '../../api/json.ts'
import type { Parsed } from '../../api/parsed.ts'
import type { SecretStore } from './secret-store.ts'
import { jsonKeyOf, type SourceValue, textIn, unknownFields } from './source-value.ts'

/** The last two change no value of a single key. */
const fields = [
  'key',
  'version',
  'property',
  'decodingStrategy',
  'metadataPolicy',
  'conversionStrategy',
  'nullBytePolicy',
]

type RemoteRef = Pick<SourceValue, 'attributes' | 'parameter'> & { readonly note?: string }

/** @param store undefined if it is not known; what is wrong with the rest is found all the same. */
export function readRemoteRef(
  ref: JsonMap,
  store: Pick<SecretStore, 'isSecretsManager' | 'prefix'> = { isSecretsManager: false, prefix: '' },
  secretKey?: string,
): Parsed<RemoteRef> {
  const { version, decodingStrategy = 'None', metadataPolicy = 'None' } = ref
  const { isSecretsManager, prefix } = store
  const wrong = unknownFields(ref, fields, 'remoteRef.')
  const attributes = new Map<string, string>()
  const key = textIn(ref['key'])
  if (key === undefined) wrong.push({ message: 'remoteRef.key is missing', hint: 'correct the file' })
  else if (key.startsWith('arn:'))
    wrong.push({
      message: 'remoteRef.key is an ARN',
      hint: 'name the parameter or the secret of the own account',
    })
  const name = prefix + (key ?? '')
  if (isSecretsManager) attributes.set('from', 'secretsmanager').set('storageKey', name)
  if (metadataPolicy !== 'None')
    wrong.push({ message: 'metadataPolicy reads tags', hint: 'store the value itself' })
  const pin = textIn(version)
  if (pin !== undefined) {
    const isVersion = isSecretsManager ? pin.startsWith('uuid/') : /^\d+$/.test(pin)
    attributes.set(isVersion ? 'version' : 'label', pin.replace(/^uuid\//, ''))
  }
  const property = textIn(ref['property'])
  const member = property === undefined ? undefined : memberOf(property, secretKey)
  if (member?.value) attributes.set('jsonKey', member.value.jsonKey)
  wrong.push(...(member?.diagnostics ?? []))
  if (decodingStrategy === 'Base64' || decodingStrategy === 'Base64URL') attributes.set('decode', 'base64')
  else if (decodingStrategy !== 'None')
    wrong.push({
      message: 'decodingStrategy Auto cannot be carried over',
      hint: 'use decode=base64 where the value is base64',
    })
  if (wrong.length > 0) return { diagnostics: wrong }
  const note = member?.value?.note
  return {
    value: {
      attributes,
      ...(isSecretsManager ? {} : { parameter: name }),
      ...(note === undefined ? {} : { note }),
    },
  }
}

function memberOf(
  property: string,
  secretKey: string | undefined,
): Parsed<{ readonly jsonKey: string; readonly note?: string }> {
  // External Secrets takes a member of this very name first: files such as tls.crt are.
  const isName = property === secretKey && !property.startsWith('/')
  const jsonKey = isName ? property : jsonKeyOf(property)
  if (jsonKey === undefined) {
    const message = `property ${quote(property)} is more than a path`
    return { diagnostics: [{ message, hint: 'use jsonKey: a name, or a pointer such as /db/0/user' }] }
  }
  if (!property.includes('.')) return { value: { jsonKey } }
  const note = isName
    ? `property ${quote(property)} is read as the name of one member`
    : `property ${quote(property)} is read as a path: if it is the name of one member, use jsonKey=${property}`
  return { value: { jsonKey, note } }
}
