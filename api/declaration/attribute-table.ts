/**
 * The attributes of declarations. The types of declarations, parsing, formatting, suggestions, the lists of what is known
 * and docs/reference/annotations.md are derived from this table, so a new attribute is one new entry.
 */
import { attribute } from './attribute-entry.ts'
import { type CompositionText, formatCompositionText, parseCompositionText } from './composition-text.ts'
import { formatContainerNames, parseContainerNames } from './container-names.ts'
import { quote } from '../diagnostic.ts'
import { formatFileMode, parseFileMode } from './file-mode.ts'
import { parseJsonKey } from './json-key.ts'
import { parseOutputPath } from './output-path.ts'
import { validateStorageKey } from './parameter-name.ts'
import { checked, invalid, type Parsed } from '../parsed.ts'
import { type KeyForm, keyForms } from './key-form.ts'
import {
  allowedSizes,
  generatedTypes,
  isGenerated,
  parseSize,
  type SecretKind,
  secretKinds,
  type SecretType,
  secretTypes,
} from './secret-type.ts'
import { parseUserId } from './user-id.ts'
import { validateSecretName, validateStagingLabel, validateVersionId } from './secrets-manager.ts'

const allowedKinds = `allowed are ${secretKinds.join(' and ')}`
const allowedTypes = `allowed are ${secretTypes.join(', ')}`
const allowedDynamicTypes = `allowed are ${generatedTypes.join(', ')}`

const asIs = (text: string): string => text
const everywhere = ['DYNAMIC', 'REFERENCE', 'resource', 'compose'] as const

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
const labelPattern = /^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/i

/** Of either alphabet. */
const base64Pattern = /^[A-Za-z0-9+/_-]*={0,2}$/

const variablePattern = /^[A-Za-z_][A-Za-z0-9_]*$/

export const attributeTable = {
  kind: attribute({
    on: ['DYNAMIC', 'REFERENCE'],
    required: ['DYNAMIC', 'REFERENCE'],
    ignoredElsewhere: true,
    meaning: '`DYNAMIC`: the creator creates it if it does not exist. `REFERENCE`: somebody else stores it',
    code: 'BAD_KIND',
    allowed: () => allowedKinds,
    parse: (text): Parsed<SecretKind> => parseWord(text, secretKinds, allowedKinds),
    format: asIs,
  }),
  type: attribute({
    on: ['DYNAMIC', 'REFERENCE'],
    required: ['DYNAMIC', 'REFERENCE'],
    ignoredElsewhere: true,
    meaning: `One of ${secretTypes.map((one) => `\`${one}\``).join(', ')}. \`TEXT\`, only on REFERENCE secrets, is any text`,
    code: 'BAD_TYPE',
    allowed: ({ taker }) => (taker === 'DYNAMIC' ? allowedDynamicTypes : allowedTypes),
    parse: (text, { taker }): Parsed<SecretType> =>
      taker === 'DYNAMIC' && text === 'TEXT'
        ? invalid(`"TEXT" is not allowed with kind DYNAMIC: ${allowedDynamicTypes}`)
        : parseWord(text, secretTypes, taker === 'DYNAMIC' ? allowedDynamicTypes : allowedTypes),
    format: asIs,
  }),
  /** Bits: the key length of RSA, the number of random bits of RANDOM, eight times the characters of PASSWORD. */
  size: attribute({
    on: ['DYNAMIC'],
    required: ['DYNAMIC'],
    ignoredOn: ['REFERENCE'],
    ignoredElsewhere: true,
    meaning: `In bits. ${generatedTypes.map((one) => `${one}: ${allowedSizes(one)}`).join('; ')}`,
    code: 'BAD_SIZE',
    allowed: ({ type }) =>
      type === undefined || !isGenerated(type)
        ? 'kind DYNAMIC needs it'
        : `type ${type} takes ${allowedSizes(type)}`,
    parse: (text, { type }): Parsed<number> | undefined => {
      if (type === undefined || !isGenerated(type)) return undefined
      const value = parseSize(type, text)
      if (value !== undefined) return { value }
      return invalid(`${quote(text)} is not allowed: type ${type} takes ${allowedSizes(type)}`)
    },
    format: String,
  }),
  userId: attribute({
    on: ['DYNAMIC'],
    required: [],
    requiredByTypes: ['GPG'],
    ignoredOn: ['REFERENCE'],
    ignoredElsewhere: true,
    meaning:
      'The user ID in the certificate of a key of type GPG, such as `Name <mail@example.com>`, at most 256 bytes',
    code: 'BAD_VALUE',
    allowed: () => 'type GPG takes a user ID such as "Name <mail@example.com>"',
    parse: (text, { type }): Parsed<string> | undefined => {
      if (type === undefined) return undefined
      return type === 'GPG' ? parseUserId(text) : invalid(`is not allowed with type ${type}: only with GPG`)
    },
    format: asIs,
  }),
  from: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    needs: ['storageKey'],
    excludes: ['optional'],
    meaning:
      '`secretsmanager`: the value is in AWS Secrets Manager, in the same account and region; default: in Parameter Store',
    code: 'BAD_VALUE',
    allowed: () => 'secretsmanager',
    parse: (text): Parsed<'secretsmanager'> =>
      text === 'secretsmanager'
        ? { value: text }
        : invalid('must be secretsmanager', 'leave it out if the value is in Parameter Store'),
    format: asIs,
  }),
  /** Stands in for the name in the parameter's name. */
  storageKey: attribute({
    on: ['DYNAMIC', 'REFERENCE', 'resource'],
    required: [],
    meaning:
      "Replaces the name of the declaration in the parameter's name. With `from=secretsmanager`, the whole name of the secret, without the prefix",
    code: 'BAD_STORAGE_KEY',
    allowed: () => 'any key of a parameter',
    parse: (text, { from }): Parsed<string> | undefined => {
      if (text === '')
        return invalid('is empty', 'leave it out to store the parameter under the name of the declaration')
      if (from === 'unknown') return undefined
      return checked(text, from === undefined ? validateStorageKey(text) : validateSecretName(text))
    },
    format: asIs,
  }),
  version: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    excludes: ['label'],
    meaning:
      'The version of the parameter that is read, with `from=secretsmanager` the version ID of the secret; default: the newest',
    code: 'BAD_PIN',
    allowed: () => 'a whole number from 1',
    parse: (text, { from }): Parsed<string> | undefined => {
      if (from === 'unknown') return undefined
      if (from !== undefined) return checked(text, validateVersionId(text))
      return /^[1-9][0-9]{0,14}$/.test(text) ? { value: text } : invalid('must be a whole number from 1')
    },
    format: asIs,
  }),
  label: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    excludes: ['version'],
    meaning:
      'The label of the version that is read, with `from=secretsmanager` a staging label such as `AWSPREVIOUS`',
    code: 'BAD_PIN',
    allowed: () => 'a label of SSM',
    parse: (text, { from }): Parsed<string> | undefined => {
      if (from === 'unknown') return undefined
      if (from !== undefined) return checked(text, validateStagingLabel(text))
      return labelPattern.test(text)
        ? { value: text }
        : invalid(
            'must be at most 100 letters, digits, "_", "." and "-", not beginning with a digit, aws or ssm: SSM refuses others',
          )
    },
    format: asIs,
  }),
  jsonKey: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    meaning:
      'One member of the stored JSON object: its name, or a pointer such as `/db/password` (RFC 6901). A string gives its text, a number or a boolean its text as stored',
    code: 'BAD_VALUE',
    allowed: () => 'the name of a member, or a JSON pointer',
    parse: (text): Parsed<string> => parseJsonKey(text),
    format: asIs,
  }),
  decode: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    meaning:
      '`base64`: the value is decoded. The bytes must be UTF-8 text without NUL, or the declaration needs `file`',
    code: 'BAD_VALUE',
    allowed: () => 'base64',
    parse: parseBase64,
    format: asIs,
  }),
  as: attribute({
    on: ['DYNAMIC', 'REFERENCE'],
    required: [],
    meaning:
      'Another form of a key; what is stored does not change. Of type RSA, `pem`: PKCS#8 or SPKI in PEM, `jwk`: a JWK with its RFC 7638 thumbprint as `kid`. Of type GPG, `armor`: ASCII armor',
    code: 'BAD_VALUE',
    allowed: () => 'pem or jwk of type RSA, armor of type GPG',
    parse: (text, { type }): Parsed<KeyForm> | undefined => {
      const parsed = parseWord(text, keyForms, `allowed are ${keyForms.join(', ')}`, 'is not known')
      if (parsed.diagnostics || type === undefined) return parsed.diagnostics ? parsed : undefined
      const formed = parsed.value === 'armor' ? 'GPG' : 'RSA'
      return type === formed
        ? parsed
        : invalid(`${parsed.value} is not allowed with type ${type}: only with ${formed}`)
    },
    format: asIs,
  }),
  optional: attribute({
    on: ['REFERENCE', 'resource'],
    required: [],
    excludes: ['from', 'default'],
    meaning:
      '`true`: the value is left out if the parameter does not exist. A parameter that is denied, or not reached, is never taken for absent',
    code: 'BAD_VALUE',
    allowed: () => 'true',
    parse: (text): Parsed<true> =>
      text === 'true' ? { value: true } : invalid('must be true', 'leave it out if the value is required'),
    format: String,
  }),
  default: attribute({
    on: ['resource'],
    required: [],
    excludes: ['optional'],
    meaning: 'The value if the parameter does not exist',
    code: 'BAD_VALUE',
    allowed: () => 'any text',
    parse: (text): Parsed<string> => ({ value: text }),
    format: asIs,
  }),
  localValue: attribute({
    on: ['DYNAMIC', 'REFERENCE', 'resource'],
    required: [],
    excludes: ['localModeValue'],
    meaning:
      'The value in [local mode](../local-mode.md), in place of one that is derived from the name, and as it is after `jsonKey` and `decode`. It is no secret',
    code: 'BAD_VALUE',
    allowed: () => 'any text',
    parse: (text): Parsed<string> => ({ value: text }),
    format: asIs,
  }),
  /** As the first kees has it. */
  localModeValue: attribute({
    on: ['DYNAMIC', 'REFERENCE', 'resource'],
    required: [],
    excludes: ['localValue'],
    meaning:
      'The same in base64, as the Java kees has it: decoded for types PASSWORD and TEXT and for resources, as it is for others',
    code: 'BAD_VALUE',
    allowed: () => 'base64',
    parse: (text): Parsed<string> =>
      base64Pattern.test(text.replace(/[\r\n]/g, '')) ? { value: text } : invalid('must be base64'),
    format: asIs,
  }),
  file: attribute({
    on: everywhere,
    required: [],
    excludes: ['env', 'deliver'],
    meaning:
      'The value goes, as it is, into a file of its own with this path below the folder of the secrets, instead of a line in the common file',
    code: 'BAD_DELIVERY',
    allowed: () => 'a relative path',
    parse: (text): Parsed<string> => parseOutputPath(text),
    format: asIs,
  }),
  mode: attribute({
    on: everywhere,
    required: [],
    needs: ['file'],
    meaning:
      'The permission bits of the file, in octal from 0400 to 0777; default FILE_MODE. The owner is the user of init',
    code: 'BAD_DELIVERY',
    allowed: () => 'an octal number such as 0400',
    parse: (text): Parsed<number> => parseFileMode(text),
    format: formatFileMode,
  }),
  env: attribute({
    on: everywhere,
    required: [],
    excludes: ['file', 'deliver'],
    meaning:
      'The value goes into an environment variable of this name, which the kubelet sets, instead of a line in the common file. inject-init needs `minKubelet`',
    code: 'BAD_DELIVERY',
    allowed: () => 'the name of a variable',
    parse: (text): Parsed<string> =>
      variablePattern.test(text)
        ? { value: text }
        : invalid('must be the name of a variable: letters, digits and "_", not beginning with a digit'),
    format: asIs,
  }),
  containers: attribute({
    on: everywhere,
    required: [],
    needs: ['env'],
    meaning:
      'The containers that get the variable, in quotes and comma-separated; default: those that mount the secrets',
    code: 'BAD_DELIVERY',
    allowed: () => 'the names of containers',
    parse: (text): Parsed<readonly string[]> => {
      const parsed = parseContainerNames(text)
      const twice = parsed.value?.find((one, index, all) => all.indexOf(one) < index)
      return twice === undefined ? parsed : invalid(`names ${quote(twice)} twice`)
    },
    format: formatContainerNames,
  }),
  deliver: attribute({
    on: ['DYNAMIC', 'REFERENCE', 'resource'],
    required: [],
    excludes: ['file', 'env'],
    meaning: '`none`: the value is used by compositions only',
    code: 'BAD_DELIVERY',
    allowed: () => 'none',
    parse: (text): Parsed<'none'> =>
      text === 'none' ? { value: text } : invalid('must be none', 'use file or env for another place'),
    format: asIs,
  }),
  encode: attribute({
    on: ['compose'],
    required: [],
    meaning: '`base64`: the whole text is encoded',
    code: 'BAD_VALUE',
    allowed: () => 'base64',
    parse: parseBase64,
    format: asIs,
  }),
  /** The last, because without quotes it takes all that follows. */
  text: attribute({
    on: ['compose'],
    required: ['compose'],
    meaning:
      'The text, with `$(name)` or `$(name:escape)` for the value of a declaration of the same pod, and `$$(` for the characters `$(`. ' +
      'Without quotes it takes all that follows, commas and line ends included',
    code: 'BAD_VALUE',
    allowed: () => 'the text, as the last attribute',
    parse: (text): Parsed<CompositionText> => parseCompositionText(text),
    format: formatCompositionText,
  }),
}

/** The value is quoted where it is one of kind, type or size, which hold no secret. @param unknown what is wrong with others. */
function parseWord<T extends string>(
  text: string,
  words: readonly T[],
  allowed: string,
  unknown?: string,
): Parsed<T> {
  const value = words.find((one) => one === text)
  if (value !== undefined) return { value }
  return invalid(`${unknown ?? `${quote(text)} is not known`}: ${allowed}`)
}

function parseBase64(text: string): Parsed<'base64'> {
  return text === 'base64' ? { value: text } : invalid('must be base64')
}
