/** What declarations show of values that no file or variable of their delivery can hold. Init judges the whole values. */
import { decodeBase64, textOf } from '../decode-base64.ts'
import { localSourceOf } from '../declaration/local-source.ts'
import { deliveryOf } from '../pod/delivery.ts'
import type { Composition, Declaration } from '../declaration/declaration.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import type { Composed, Declared } from '../pod/pod-annotations.ts'
import type { SecretsFormat } from '../secrets-format.ts'
import { whyUnfit, whyUnfitVariable } from './unfit-value.ts'

/** @param isLocal whether the pod is in local mode. */
export function findFixedTexts(
  all: readonly (Declared | Composed)[],
  format: SecretsFormat,
  isLocal: boolean,
): AnnotationDiagnostic[] {
  const forms = new Map(all.map(({ declaration }) => [declaration.name, formOfLines(declaration)]))
  return all.flatMap(({ annotation, declaration }): AnnotationDiagnostic[] => {
    const { to } = deliveryOf(declaration)
    const isVariable = to === 'env'
    if (!isVariable && to !== 'line') return []
    const why = (text: string) => (isVariable ? whyUnfitVariable(text) : whyUnfit(format, text))
    const hint = isVariable
      ? 'deliver it as a file: attribute file in place of env'
      : 'deliver it as a file: attribute file; or choose another format'
    const local = isLocal ? localTexts(declaration) : []
    const [wrong] = [...local, ...knownTexts(declaration, forms)].flatMap(({ subject, text }) => {
      const reason = text === undefined ? 'is binary, which needs attribute file' : why(text)
      return reason === undefined ? [] : [`${subject} ${reason}`]
    })
    if (wrong !== undefined)
      return [{ severity: 'error', code: 'BAD_DELIVERY', annotation, message: wrong, hint }]
    const bytes = bytesOf(declaration)
    // Somebody may have stored the base64 of a text under this type.
    return bytes === undefined
      ? []
      : [
          {
            severity: 'warning',
            code: 'BAD_DELIVERY',
            annotation,
            message: bytes,
            hint: 'use file, or remove decode',
          },
        ]
  })
}

/** Without a text, the value is binary. */
type KnownText = { readonly subject: string; readonly text: string | undefined }

/** What the annotation says that the value is in local mode. Init judges the keys that `as` gives another form. */
function localTexts(declaration: Declaration): readonly KnownText[] {
  if (declaration.what === 'compose' || ('as' in declaration && declaration.as !== undefined)) return []
  const source = localSourceOf(declaration)
  const subject = declaration.localValue === undefined ? 'localModeValue' : 'localValue'
  if (source.from === 'text') return [{ subject, text: source.text }]
  const bytes = source.from === 'base64' ? decodeBase64(source.text).value : undefined
  return bytes === undefined ? [] : [{ subject, text: textOf(bytes).value }]
}

/** What the annotation has of the value. With a letter for each unknown part: what is wrong then is wrong with every value. */
function knownTexts(
  declaration: Declaration,
  forms: ReadonlyMap<string, string | undefined>,
): readonly KnownText[] {
  if (declaration.what === 'compose') return textsOf(declaration, forms)
  if (declaration.what === 'resource')
    return declaration.default === undefined ? [] : [{ subject: 'default', text: declaration.default }]
  const form = formOfLines(declaration)
  return form === undefined ? [] : [{ subject: `the text of as=${form}`, text: 'x\n' }]
}

function textsOf(
  { text, encode }: Composition,
  forms: ReadonlyMap<string, string | undefined>,
): readonly KnownText[] {
  if (encode !== undefined) return []
  const literal = text.map((part) => (typeof part === 'string' ? part : 'x')).join('')
  const lines = text.flatMap((part): KnownText[] => {
    if (typeof part === 'string' || part.escape !== undefined) return []
    const form = forms.get(part.name)
    return form === undefined
      ? []
      : [{ subject: `the value of $(${part.name}), of the form ${form},`, text: 'x\n' }]
  })
  return [{ subject: 'text', text: literal }, ...lines]
}

/** The form of a key that has line ends, whatever the key is. */
function formOfLines(declaration: Declaration): string | undefined {
  const as = declaration.what === 'secret' ? declaration.as : undefined
  return as === 'pem' || as === 'armor' ? as : undefined
}

/** What is stored of these types is base64 of bytes that are no text. */
function bytesOf(declaration: Declaration): string | undefined {
  if (declaration.what !== 'secret' || declaration.kind !== 'REFERENCE') return undefined
  const { type, decode, as } = declaration
  const isBinary = type === 'RSA' || type === 'GPG' || type === 'RANDOM'
  if (decode === undefined || as !== undefined || !isBinary) return undefined
  return `decode=base64 of type ${type} gives bytes that are not text, which need attribute file`
}
