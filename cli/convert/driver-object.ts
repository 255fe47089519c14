/** One object of a SecretProviderClass of the AWS provider. https://github.com/aws/secrets-store-csi-driver-provider-aws#usage */
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { type JsonMap, listOf, mapOf } from '../../api/json.ts'
import type { Parsed } from '../../api/parsed.ts'
import { jsonKeyOf, type Leave, type SourceValue, textIn, unknownFields } from './source-value.ts'

const fields = [
  'objectName',
  'objectType',
  'objectAlias',
  'objectVersion',
  'objectVersionLabel',
  'jmesPath',
  'failoverObject',
  'filePermission',
]

const memberFields = ['path', 'objectAlias', 'filePermission']

/** `file` is as the object names it, `fileName` as the driver writes it. */
type FileValue = Omit<SourceValue, 'keys' | 'source'> & {
  readonly file: string
  readonly fileName: string
  /** The whole of an object that was named for its members. */
  readonly isImplied?: boolean
}

export function readDriverObject(
  entry: JsonMap,
  place: string,
  translation: string | undefined,
  leave: Leave,
): FileValue[] {
  const objectName = textIn(entry['objectName'])
  const where = objectName === undefined ? place : `${place} (${quote(objectName)})`
  const wrong: Diagnostic[] = []
  if (objectName === undefined) wrong.push({ message: 'objectName is missing', hint: 'correct the file' })
  const isArn = objectName?.startsWith('arn:') === true
  if (isArn)
    wrong.push({
      message: 'objectName is an ARN',
      hint: 'name the parameter or the secret of the own account',
    })
  if (entry['failoverObject'] !== undefined)
    wrong.push({
      message: 'failoverObject cannot be carried over',
      hint: 'kees reads one region: replicate the value there',
    })
  const isSecret = entry['objectType'] === 'secretsmanager'
  if (!isSecret && entry['objectType'] !== 'ssmparameter' && !isArn)
    wrong.push({ message: 'objectType must be ssmparameter or secretsmanager', hint: 'correct the file' })
  wrong.push(...unknownFields(entry, fields))
  if (!isPermission(entry['filePermission'])) wrong.push(unquoted)
  const parts = listOf(entry['jmesPath']).map((one) => readMember(mapOf(one)))
  const ofParts = parts.flatMap(({ diagnostics = [] }) => diagnostics)
  for (const { message, hint = '' } of [...wrong, ...ofParts]) leave(`${where}: ${message}`, hint)
  if (objectName === undefined || wrong.length > 0) return []
  const common = new Map<string, string>()
  if (isSecret) common.set('from', 'secretsmanager').set('storageKey', objectName)
  const [version, label] = [textIn(entry['objectVersion']), textIn(entry['objectVersionLabel'])]
  if (version !== undefined) common.set('version', version)
  if (label !== undefined) common.set('label', label)
  const parameter = isSecret ? {} : { parameter: objectName }
  const ownPermission = textIn(entry['filePermission'])
  const make = (
    file: string,
    isAlias: boolean,
    permission: string | undefined,
    jsonKey?: string,
  ): FileValue => {
    const attributes = new Map(common)
    if (jsonKey !== undefined) attributes.set('jsonKey', jsonKey)
    const fileName = fileNameOf(file, translation)
    // The app reads a file of this name; one without a dot becomes a line of the common file.
    const isTranslated = translation !== undefined && file.includes('/')
    if ((isAlias && file.includes('.')) || permission !== undefined || isTranslated)
      attributes.set('file', fileName)
    if (permission !== undefined) attributes.set('mode', permission)
    const name = file.replace(/^\/+/, '').replaceAll('/', '_')
    return { name, where, attributes, ...parameter, file, fileName }
  }
  const alias = textIn(entry['objectAlias'])
  const whole = make(alias ?? objectName, alias !== undefined, ownPermission)
  const isImplied = parts.length > 0 && alias === undefined
  const ofMembers = parts.flatMap(({ value }) =>
    value ? [make(value.alias, true, value.permission ?? ownPermission, value.jsonKey)] : [],
  )
  return [{ ...whole, isImplied }, ...ofMembers]
}

type Member = { readonly jsonKey: string; readonly alias: string; readonly permission?: string | undefined }

function readMember(member: JsonMap): Parsed<Member> {
  const { objectAlias, filePermission } = member
  const path = textIn(member['path']) ?? ''
  const [jsonKey, alias] = [jsonKeyOf(path), textIn(objectAlias)]
  const wrong = unknownFields(member, memberFields, 'jmesPath.')
  if (jsonKey === undefined)
    wrong.push({
      message: `jmesPath ${quote(path)} is more than a path`,
      hint: 'use jsonKey: a name, or a pointer such as /db/0/user',
    })
  if (alias === undefined)
    wrong.push({ message: `objectAlias of jmesPath ${quote(path)} is missing`, hint: 'correct the file' })
  if (!isPermission(filePermission)) wrong.push(unquoted)
  return jsonKey === undefined || alias === undefined || wrong.length > 0
    ? { diagnostics: wrong }
    : { value: { jsonKey, alias, permission: textIn(filePermission) } }
}

const unquoted: Diagnostic = {
  message: 'filePermission must be a string',
  hint: 'put it in quotes, such as "0640"',
}

function isPermission(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

/** The driver writes folders only if nothing takes the place of their slashes. */
function fileNameOf(file: string, translation = '_'): string {
  return translation === '' ? file.replace(/^\/+/, '') : file.replaceAll('/', translation)
}
