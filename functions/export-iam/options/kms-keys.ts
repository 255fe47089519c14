/** Which customer managed key encrypts the parameters below a prefix, or a secret of Secrets Manager. */
import type { Parsed } from '../../../api/parsed.ts'
import { validateKmsKeyArn } from '../../../api/storage/kms-key-arn.ts'
import { type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { parseStoragePrefix } from '../../../api/declaration/parameter-name.ts'
import { validateSecretName } from '../../../api/declaration/secrets-manager.ts'
import { parsedOption } from '../../krm/options/options.ts'

/** The longest prefix first, so that the first that matches is the one that counts; then the secrets. */
export type KmsKeys = readonly KmsKey[]

export type KmsKey = PrefixKey | SecretKey

type PrefixKey = {
  /** Whole segments, with a leading slash and without one at the end; `/` is everything. */
  readonly prefix: string
  readonly secret?: never
  /** Of the key itself, no alias. */
  readonly arn: string
}

type SecretKey = {
  /** The whole name of a secret. */
  readonly secret: string
  readonly prefix?: never
  readonly arn: string
}

export const kmsKeysOption = parsedOption(
  {
    meaning:
      'customer managed keys: a list of prefix, such as /prod, or secret, the name of one of Secrets Manager, and arn, the ARN of the key; the longest prefix of a name applies',
    default: [],
    defaultText: 'none',
    schema: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          prefix: { type: 'string', validate: validatePrefix },
          secret: { type: 'string', validate: validateSecret },
          arn: { type: 'string', validate: validateArn },
        },
        required: ['arn'],
        oneOf: [{ required: ['prefix'] }, { required: ['secret'] }],
        additionalProperties: false,
      },
    },
  },
  readKeys,
)

/** The key of a parameter, where it has one of its own; the account's `aws/ssm` needs no permission. */
export function kmsKeyOf(name: string, keys: KmsKeys): PrefixKey | undefined {
  return keys.filter(isOfPrefix).find(({ prefix }) => hasPrefix(name, prefix))
}

/** The key of a secret, where it has one of its own; the account's `aws/secretsmanager` needs no permission. */
export function secretKeyOf(name: string, keys: KmsKeys): SecretKey | undefined {
  return keys.filter(isOfSecret).find(({ secret }) => secret === name)
}

export function isOfPrefix(key: KmsKey): key is PrefixKey {
  return key.prefix !== undefined
}

export function isOfSecret(key: KmsKey): key is SecretKey {
  return key.secret !== undefined
}

export function hasPrefix(name: string, prefix: string): boolean {
  return prefix === '/' || name === prefix || name.startsWith(`${prefix}/`)
}

/** Each key once, in the order of its first prefix. */
export function parameterKeyArns(keys: KmsKeys): readonly string[] {
  return [...new Set(keys.filter(isOfPrefix).map(({ arn }) => arn))]
}

/** Each key once, in the order of its first secret. */
export function secretKeyArns(keys: KmsKeys): readonly string[] {
  return [...new Set(keys.filter(isOfSecret).map(({ arn }) => arn))]
}

/**
 * SSM and Secrets Manager take keys of their own region and partition; of other accounts too.
 *
 * @param used the keys of what is granted. @param place empty where it is not known. @returns each once, sorted.
 */
export function foreignKeys(
  used: Iterable<KmsKey | undefined>,
  target: { readonly partition: string; readonly region: string },
): readonly string[] {
  const arns = new Set([...used].flatMap((key) => key?.arn ?? []))
  const differs = (known: string, found: string | undefined) => known !== '' && known !== found
  return [...arns].toSorted().filter((arn) => {
    const [, partition, , region] = arn.split(':')
    return differs(target.partition, partition) || differs(target.region, region)
  })
}

/** Throws on what parseKmsKeys would not have made: the last guard in front of IAM and Terraform. */
export function checkKmsKeys(keys: KmsKeys): void {
  if (!areKmsKeys(keys)) throw new Error('a KMS key is not checked')
}

export function areKmsKeys(keys: KmsKeys): boolean {
  return keys.every((key) => {
    const isNamed = isOfPrefix(key)
      ? parsePrefix(key.prefix).value === key.prefix
      : validateSecretName(key.secret) === undefined
    return isNamed && validateKmsKeyArn(key.arn) === undefined
  })
}

type GivenKey = { readonly prefix?: string; readonly secret?: string; readonly arn: string }

function readKeys(list: readonly GivenKey[]): Parsed<KmsKeys> {
  const prefixes = new Map<string, PrefixKey>()
  const secrets = new Map<string, SecretKey>()
  const diagnostics: Diagnostic[] = []
  for (const [index, { prefix: text, secret, arn }] of list.entries()) {
    if (secret !== undefined) {
      if (secrets.has(secret))
        diagnostics.push({ message: `[${index}].secret ${quote(secret)} is declared twice` })
      secrets.set(secret, { secret, arn })
      continue
    }
    const prefix = parsePrefix(text ?? '').value
    if (prefix === undefined) continue
    if (prefixes.has(prefix))
      diagnostics.push({ message: `[${index}].prefix ${quote(prefix)} is declared twice` })
    prefixes.set(prefix, { prefix, arn })
  }
  if (diagnostics.length > 0) return { diagnostics }
  return { value: [...[...prefixes.values()].toSorted(byLength), ...[...secrets.values()].toSorted(byName)] }
}

function byName(a: SecretKey, b: SecretKey): number {
  return a.secret < b.secret ? -1 : 1
}

function byLength(a: PrefixKey, b: PrefixKey): number {
  return b.prefix.length - a.prefix.length || (a.prefix < b.prefix ? -1 : 1)
}

function parsePrefix(text: string): Parsed<string> {
  const parsed = parseStoragePrefix(text)
  return parsed.diagnostics === undefined ? { value: parsed.value === '' ? '/' : parsed.value } : parsed
}

function validatePrefix(text: string): readonly Diagnostic[] {
  return parsePrefix(text).diagnostics ?? []
}

function validateSecret(text: string): readonly Diagnostic[] {
  const wrong = validateSecretName(text)
  return wrong === undefined ? [] : [wrong]
}

function validateArn(text: string): readonly Diagnostic[] {
  const wrong = validateKmsKeyArn(text)
  return wrong === undefined ? [] : [wrong]
}
