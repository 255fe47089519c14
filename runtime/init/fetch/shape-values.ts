/**
 * What is stored becomes what is delivered: a member of a JSON text, the bytes of base64, another form of a key, texts that are made of values.
 */
import type { KeyForm } from '../../../api/declaration/key-form.ts'
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { quote } from '../../../api/diagnostic.ts'
import { invalid, type Parsed } from '../../../api/parsed.ts'
import type { Composed, Declared } from '../../../api/pod/pod-annotations.ts'
import { secretValue } from '../../secret-value.ts'
import { formatRef, type StoredValue } from '../../store/parameter-store.ts'
import { decodeBase64, textOf } from '../../../api/decode-base64.ts'
import { bytesValue, type DeliveredValue, textValue } from '../../values/delivered-value.ts'
import { readJsonKeys } from '../../values/json-key.ts'
import { formatArmor } from '../../values/armor.ts'
import { formatJwk, formatPem } from '../../values/key-forms.ts'
import { composeTexts } from './compose-texts.ts'
import { type Delivered, deliveredAsStored, wrongValue } from './delivered.ts'
import { type FetchedValue, refOf } from './fetch-declared.ts'
import { formsOf, needsShaping } from './forms.ts'
import type { InitDiagnostic } from './report.ts'

/** Values without those that are wrong, and what is wrong with the others. */
export type Shaped = {
  readonly delivered: readonly Delivered[]
  readonly diagnostics: readonly InitDiagnostic[]
}

/** @param most characters that all composed texts may have together. @returns undefined where they would have more. */
export function shapeValues(
  fetched: readonly FetchedValue[],
  composed: readonly Composed[],
  most: number,
): Shaped | undefined {
  const members = readMembers(fetched)
  const delivered: Delivered[] = []
  const diagnostics: InitDiagnostic[] = []
  for (const { declared, stored } of fetched) {
    const asStored = deliveredAsStored({ declared, stored })
    if (!stored) {
      delivered.push(asStored)
      continue
    }
    const { jsonKey } = formsOf(declared)
    const shaped = shape(declared, stored, members.get(declared))
    const subject =
      jsonKey === undefined ? asStored.subject : `${asStored.subject} (jsonKey ${quote(jsonKey)})`
    if (shaped.value) delivered.push({ ...asStored, subject, value: shaped.value })
    else diagnostics.push(...shaped.diagnostics.map((one) => wrongValue(asStored, one)))
  }
  const texts = composeTexts(composed, delivered, most)
  return (
    texts && {
      delivered: [...delivered, ...texts.delivered],
      diagnostics: [...diagnostics, ...texts.diagnostics],
    }
  )
}

/** Each stored text is read once for all of its keys. */
function readMembers(fetched: readonly FetchedValue[]): ReadonlyMap<Declared, Parsed<string>> {
  type Asked = { readonly text: string; readonly by: Declared[]; readonly keys: string[] }
  const asked = new Map<string, Asked>()
  for (const { declared, stored } of fetched) {
    const { jsonKey } = formsOf(declared)
    if (!stored || stored.isBinary || jsonKey === undefined) continue
    const ref = formatRef(refOf(declared))
    const one: Asked = asked.get(ref) ?? { text: stored.value.reveal(), by: [], keys: [] }
    one.by.push(declared)
    one.keys.push(jsonKey)
    asked.set(ref, one)
  }
  const members = new Map<Declared, Parsed<string>>()
  for (const { text, by, keys } of asked.values())
    for (const [index, member] of readJsonKeys(text, keys).entries()) {
      const declared = by[index]
      if (declared) members.set(declared, member)
    }
  return members
}

/** In the order jsonKey, decode, as. */
function shape(
  declared: Declared,
  stored: StoredValue,
  member: Parsed<string> | undefined,
): Parsed<DeliveredValue> {
  const { decode, as } = formsOf(declared)
  if (stored.isBinary) {
    if (needsShaping(declared))
      return invalid('is binary, which jsonKey, decode and as cannot read', 'remove them')
    return { value: bytesValue(Buffer.from(stored.value.reveal(), 'base64'), 'is binary') }
  }
  if (member?.diagnostics)
    return hinted(member.diagnostics, 'correct jsonKey, or store a JSON text that has the member')
  const text = member?.value ?? stored.value.reveal()
  if (decode === undefined)
    return as === undefined ? { value: textValue(secretValue(text)) } : keyForm(text, as)
  const bytes = decodeBase64(text)
  if (bytes.diagnostics) return hinted(bytes.diagnostics, 'remove decode, or store base64')
  const decoded = textOf(bytes.value)
  if (as !== undefined) return keyForm(decoded.value ?? '', as)
  if (decoded.diagnostics)
    return { value: bytesValue(bytes.value, `${decoded.diagnostics[0]?.message} once it is decoded`) }
  return { value: textValue(secretValue(decoded.value)) }
}

const formatters = { pem: formatPem, jwk: formatJwk, armor: formatArmor } satisfies Record<
  KeyForm,
  (stored: string) => Parsed<string>
>

function keyForm(text: string, as: KeyForm): Parsed<DeliveredValue> {
  const { value, diagnostics } = formatters[as](text)
  if (diagnostics) return hinted(diagnostics, 'remove as, or store a key in that form')
  return { value: textValue(secretValue(value)) }
}

function hinted(
  diagnostics: readonly Diagnostic[],
  hint: string,
): { readonly diagnostics: readonly Diagnostic[] } {
  return { diagnostics: diagnostics.map((one) => ({ hint, ...one })) }
}
