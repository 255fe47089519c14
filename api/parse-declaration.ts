import { attributeLabel } from './attribute-label.ts'
import { type Attribute, formatAttributes, parseAttributes, type PlacedAttribute } from './attributes.ts'
import { type Declaration, type Pin, type SecretType, secretTypes } from './declaration.ts'
import { validateGroupName } from './group.ts'
import {
  about,
  type AnnotationDiagnostic,
  type Diagnostic,
  type DiagnosticCode,
  quote,
} from './diagnostic.ts'
import { closestWord, didYouMean } from './suggest.ts'
import { validateStorageKey } from './parameter-name.ts'

/** Sizes in bits. */
export const rsaSizes = [2048, 3072, 4096] as const
export const maxRandomSize = 8192

const secretAttributes = ['kind', 'type', 'size', 'storageKey', 'version', 'label'] as const
const resourceAttributes = ['storageKey', 'version', 'label'] as const
type KnownAttribute = (typeof secretAttributes)[number]

export type ParsedDeclaration = {
  /** Absent when there is an error among the mistakes. */
  readonly declaration?: Declaration
  readonly diagnostics: readonly AnnotationDiagnostic[]
}

/** @param annotation the whole key, for the mistakes. @param name what follows its slash. */
export function parseDeclaration(
  what: Declaration['what'],
  annotation: string,
  name: string,
  text: string,
): ParsedDeclaration {
  const diagnostics: AnnotationDiagnostic[] = []
  const report: Report = (code, wrong, severity = 'error') => {
    const one = typeof wrong === 'string' ? { message: wrong } : wrong
    diagnostics.push({ severity, code, annotation, ...one })
  }
  const { attributes, diagnostics: malformed } = parseAttributes(text)
  for (const one of malformed) report('SYNTAX', one)
  const read = readAttributes(what, attributes, report)
  const declaration = what === 'resource' ? resourceFrom(name, read, report) : secretFrom(name, read, report)
  if (declaration === undefined || diagnostics.some(({ severity }) => severity === 'error'))
    return { diagnostics }
  return { declaration, diagnostics }
}

/** The text that parseDeclaration reads back as the same declaration. */
export function formatDeclaration(declaration: Declaration): string {
  const attributes: Attribute[] = []
  const add = (name: KnownAttribute, value: string | number | undefined) => {
    if (value !== undefined) attributes.push({ name, value: String(value) })
  }
  if (declaration.what === 'secret') {
    add('kind', declaration.kind)
    add('type', declaration.type)
    if (declaration.kind === 'DYNAMIC') add('size', declaration.size)
  }
  add('storageKey', declaration.storageKey)
  if ('pin' in declaration && declaration.pin) {
    if (declaration.pin.by === 'version') add('version', declaration.pin.version)
    else add('label', declaration.pin.label)
  }
  return formatAttributes(attributes)
}

/** @param wrong a message where there is no hint. */
type Report = (
  code: DiagnosticCode,
  wrong: string | Diagnostic,
  severity?: AnnotationDiagnostic['severity'],
) => void
/** Undefined is the value of an attribute that stands there misspelt: reported already, and not to be missed. */
type Read = ReadonlyMap<KnownAttribute, string | undefined>

function readAttributes(
  what: Declaration['what'],
  attributes: readonly PlacedAttribute[],
  report: Report,
): Read {
  const known: readonly KnownAttribute[] = what === 'resource' ? resourceAttributes : secretAttributes
  const read = new Map<KnownAttribute, string | undefined>()
  const seen = new Set<string>()
  for (const { name, value, position } of attributes) {
    if (seen.has(name)) {
      report('DUPLICATE_ATTRIBUTE', `${attributeLabel(name, position)} stands more than once`)
      continue
    }
    seen.add(name)
    const attribute = known.find((one) => one === name)
    if (attribute) {
      read.set(attribute, value)
      continue
    }
    const meant = closestWord(name, known)
    if (meant) {
      if (!read.has(meant)) read.set(meant, undefined)
      const message = `attribute ${quote(name)} is not known`
      report('MISSPELT_ATTRIBUTE', { message, ...didYouMean(quote(meant)) })
    } else {
      const ignored = `${attributeLabel(name, position)} is not known and has no effect; known are ${known.join(', ')}`
      report('UNKNOWN_ATTRIBUTE', ignored, 'warning')
    }
  }
  return read
}

function resourceFrom(name: string, read: Read, report: Report): Declaration {
  return { what: 'resource', name, ...storageKeyFrom(read, report), ...pinFrom(read, report) }
}

function secretFrom(name: string, read: Read, report: Report): Declaration | undefined {
  const kind = kindFrom(read, report)
  const type = typeFrom(read, report)
  const storageKey = storageKeyFrom(read, report)
  if (kind !== 'DYNAMIC') {
    const pin = pinFrom(read, report)
    return kind && type && { what: 'secret', name, kind, type, ...storageKey, ...pin }
  }
  for (const attribute of ['version', 'label'] as const) {
    if (read.get(attribute) === undefined) continue
    report(
      'ATTRIBUTE_NOT_ALLOWED',
      `attribute "${attribute}" belongs to REFERENCE secrets and to resources only`,
    )
  }
  const size = sizeFrom(type, read, report)
  if (type === undefined) return undefined
  const wrong = validateGroupName(type, name, storageKey.storageKey ?? name)
  if (wrong !== undefined) report('BAD_NAME', wrong)
  return size === undefined ? undefined : { what: 'secret', name, kind, type, size, ...storageKey }
}

function kindFrom(read: Read, report: Report): 'DYNAMIC' | 'REFERENCE' | undefined {
  const kind = read.get('kind')
  if (kind === 'DYNAMIC' || kind === 'REFERENCE') return kind
  if (kind !== undefined)
    report('BAD_KIND', `kind ${quote(kind)} is not known: allowed are DYNAMIC and REFERENCE`)
  else if (!read.has('kind')) report('MISSING_ATTRIBUTE', 'attribute "kind" is missing: DYNAMIC or REFERENCE')
  return undefined
}

function typeFrom(read: Read, report: Report): SecretType | undefined {
  const text = read.get('type')
  const allowed = secretTypes.join(', ')
  if (text === undefined) {
    if (!read.has('type')) report('MISSING_ATTRIBUTE', `attribute "type" is missing: one of ${allowed}`)
    return undefined
  }
  const type = secretTypes.find((one) => one === text)
  if (type) return type
  if (text === 'GPG') report('NOT_SUPPORTED', `type "GPG" is not supported yet: allowed are ${allowed}`)
  else report('BAD_TYPE', `type ${quote(text)} is not known: allowed are ${allowed}`)
  return undefined
}

function sizeFrom(type: SecretType | undefined, read: Read, report: Report): number | undefined {
  const text = read.get('size')
  if (text === undefined) {
    if (read.has('size')) return undefined
    const needs = type === undefined ? 'kind DYNAMIC needs it' : `type ${type} takes ${allowedSizes(type)}`
    report('MISSING_ATTRIBUTE', `attribute "size" is missing: ${needs}`)
    return undefined
  }
  if (type === undefined) return undefined
  const size = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : NaN
  const fits = type === 'RSA' ? rsaSizes.some((one) => one === size) : size % 8 === 0 && size <= maxRandomSize
  if (fits) return size
  report('BAD_SIZE', `size ${quote(text)} is not allowed: type ${type} takes ${allowedSizes(type)}`)
  return undefined
}

function allowedSizes(type: SecretType): string {
  return type === 'RSA' ? `${rsaSizes.join(', ')} bits` : `a multiple of 8 from 8 to ${maxRandomSize} bits`
}

function storageKeyFrom(read: Read, report: Report): { storageKey?: string } {
  const storageKey = read.get('storageKey')
  if (storageKey === undefined) return {}
  const wrong =
    storageKey === ''
      ? { message: 'is empty', hint: 'leave it out to store the parameter under the name of the declaration' }
      : validateStorageKey(storageKey)
  if (wrong === undefined) return { storageKey }
  for (const one of about('the storageKey', [wrong])) report('BAD_STORAGE_KEY', one)
  return {}
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html */
const labelPattern = /^(?!aws|ssm)[A-Za-z_.-][A-Za-z0-9_.-]{0,99}$/i

function pinFrom(read: Read, report: Report): { pin?: Pin } {
  const version = read.get('version')
  const label = read.get('label')
  if (version !== undefined && label !== undefined) {
    report('ATTRIBUTE_NOT_ALLOWED', 'attributes "version" and "label" exclude each other')
  } else if (version !== undefined) {
    if (/^[1-9][0-9]{0,14}$/.test(version)) return { pin: { by: 'version', version: Number(version) } }
    report('BAD_PIN', 'version is not a whole number from 1')
  } else if (label !== undefined) {
    if (labelPattern.test(label)) return { pin: { by: 'label', label } }
    report(
      'BAD_PIN',
      'label is not one that SSM takes: at most 100 letters, digits, "_", "." and "-", not beginning with a digit, aws or ssm',
    )
  }
  return {}
}
