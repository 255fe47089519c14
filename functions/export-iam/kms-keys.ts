/** Which customer managed key encrypts the parameters below a prefix. */
import { isMap } from '../../api/json.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { validateKmsKeyArn } from '../../api/kms-key-arn.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { parseStoragePrefix } from '../../api/parameter-name.ts'
import { shownText, yamlOption } from '../krm/options.ts'
import type { Value } from '../yaml/value.ts'
import { unknownKeys } from '../krm/unknown-keys.ts'

/** The longest prefix first, so that the first that matches is the one that counts. */
export type KmsKeys = readonly KmsKey[]

export type KmsKey = {
  /** Whole segments, with a leading slash and without one at the end; `/` is everything. */
  readonly prefix: string
  /** Of the key itself, no alias. */
  readonly arn: string
}

export const kmsKeysOption = yamlOption<KmsKeys>(
  'customer managed keys: a list of prefix, such as /prod, and arn, that of the key; the longest prefix of a name counts',
  [],
  'none',
  {
    type: 'array',
    items: {
      type: 'object',
      properties: { prefix: { type: 'string' }, arn: { type: 'string' } },
      required: ['prefix', 'arn'],
      additionalProperties: false,
    },
  },
  parseKmsKeys,
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

function parseKmsKeys(value: Value): Parsed<KmsKeys> {
  if (!Array.isArray(value)) return invalid('is not a list of maps with prefix and arn')
  const keys = new Map<string, KmsKey>()
  const diagnostics: Diagnostic[] = []
  for (const [index, one] of value.entries()) {
    const report = (path: string, ...wrong: readonly Diagnostic[]) =>
      diagnostics.push(...about(`[${index}]${path}`, wrong))
    if (!isMap(one)) {
      report('', { message: 'is not a map with prefix and arn' })
      continue
    }
    const { prefix: text, arn = null } = one
    report('', ...unknownKeys(one, ['prefix', 'arn']))
    const prefix: Parsed<string> =
      typeof text === 'string' ? parsePrefix(text) : invalid('is not a string such as /prod')
    if (prefix.diagnostics !== undefined) report('.prefix', ...prefix.diagnostics)
    const key = typeof arn === 'string' ? arn : ''
    const wrongArn = validateKmsKeyArn(key)
    if (wrongArn !== undefined) report('.arn', ...about(shownText(arn), [wrongArn]))
    if (prefix.value === undefined || wrongArn !== undefined) continue
    const known = keys.get(prefix.value)
    if (known) report('.prefix', { message: `${quote(prefix.value)} is declared twice` })
    keys.set(prefix.value, { prefix: prefix.value, arn: key })
  }
  if (diagnostics.length > 0) return { diagnostics }
  return { value: [...keys.values()].toSorted(byLength) }
}

function byLength(a: KmsKey, b: KmsKey): number {
  return b.prefix.length - a.prefix.length || (a.prefix < b.prefix ? -1 : 1)
}

function parsePrefix(text: string): Parsed<string> {
  const { value, diagnostics } = parseStoragePrefix(text)
  return diagnostics === undefined
    ? { value: value === '' ? '/' : value }
    : { diagnostics: about(quote(text), diagnostics) }
}
