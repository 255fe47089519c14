/** Which customer managed key encrypts the parameters below a prefix. */
import type { Parsed } from '../../api/parsed.ts'
import { validateKmsKeyArn } from '../../api/kms-key-arn.ts'
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { parseStoragePrefix } from '../../api/parameter-name.ts'
import { parsedOption } from '../krm/options.ts'

/** The longest prefix first, so that the first that matches is the one that counts. */
export type KmsKeys = readonly KmsKey[]

export type KmsKey = {
  /** Whole segments, with a leading slash and without one at the end; `/` is everything. */
  readonly prefix: string
  /** Of the key itself, no alias. */
  readonly arn: string
}

export const kmsKeysOption = parsedOption(
  {
    meaning:
      'customer managed keys: a list of prefix, such as /prod, and arn, the ARN of the key; the longest prefix of a name applies',
    default: [],
    defaultText: 'none',
    schema: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          prefix: { type: 'string', validate: validatePrefix },
          arn: { type: 'string', validate: validateArn },
        },
        required: ['prefix', 'arn'],
        additionalProperties: false,
      },
    },
  },
  readKeys,
)

/** The key of a parameter, where it has one of its own; the account's `aws/ssm` needs no permission. */
export function kmsKeyOf(name: string, keys: KmsKeys): KmsKey | undefined {
  return keys.find(({ prefix }) => hasPrefix(name, prefix))
}

export function hasPrefix(name: string, prefix: string): boolean {
  return prefix === '/' || name === prefix || name.startsWith(`${prefix}/`)
}

/** Each key once, in the order of its first prefix. */
export function kmsKeyArns(keys: KmsKeys): readonly string[] {
  return [...new Set(keys.map(({ arn }) => arn))]
}

/** SSM takes keys of its own region and partition; of other accounts too. @param place empty where it is not known. */
export function foreignKeys(
  keys: KmsKeys,
  parameters: Iterable<string>,
  target: { readonly partition: string; readonly region: string },
): readonly string[] {
  const used = new Set([...parameters].flatMap((name) => kmsKeyOf(name, keys)?.arn ?? []))
  const differs = (known: string, found: string | undefined) => known !== '' && known !== found
  return [...used].toSorted().filter((arn) => {
    const [, partition, , region] = arn.split(':')
    return differs(target.partition, partition) || differs(target.region, region)
  })
}

/** Throws on what parseKmsKeys would not have made: the last guard in front of IAM and Terraform. */
export function checkKmsKeys(keys: KmsKeys): void {
  if (!areKmsKeys(keys)) throw new Error('a KMS key is not checked')
}

export function areKmsKeys(keys: KmsKeys): boolean {
  return keys.every(
    ({ prefix, arn }) => parsePrefix(prefix).value === prefix && validateKmsKeyArn(arn) === undefined,
  )
}

function readKeys(list: readonly KmsKey[]): Parsed<KmsKeys> {
  const keys = new Map<string, KmsKey>()
  const diagnostics: Diagnostic[] = []
  for (const [index, { prefix: text, arn }] of list.entries()) {
    const prefix = parsePrefix(text).value
    if (prefix === undefined) continue
    if (keys.has(prefix))
      diagnostics.push({ message: `[${index}].prefix ${quote(prefix)} is declared twice` })
    keys.set(prefix, { prefix, arn })
  }
  if (diagnostics.length > 0) return { diagnostics }
  return { value: [...keys.values()].toSorted(byLength) }
}

function byLength(a: KmsKey, b: KmsKey): number {
  return b.prefix.length - a.prefix.length || (a.prefix < b.prefix ? -1 : 1)
}

function parsePrefix(text: string): Parsed<string> {
  const parsed = parseStoragePrefix(text)
  return parsed.diagnostics === undefined ? { value: parsed.value === '' ? '/' : parsed.value } : parsed
}

function validatePrefix(text: string): readonly Diagnostic[] {
  return parsePrefix(text).diagnostics ?? []
}

function validateArn(text: string): readonly Diagnostic[] {
  const wrong = validateKmsKeyArn(text)
  return wrong === undefined ? [] : [wrong]
}
