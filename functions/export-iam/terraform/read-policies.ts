/**
 * policies.tf read back, so that a text that claims to be one can be held to what export-iam would write: it is rendered
 * again from what was read, and must be the same to the byte.
 */
import { parseParameterName } from '../../../api/declaration/parameter-name.ts'
import { validateSecretName } from '../../../api/declaration/secrets-manager.ts'
import { countNames, type GrantedNames } from '../grants/granted-names.ts'
import { type Grant, grantOf, isWorkloadKey } from '../grants/grant.ts'
import { type IamRole, parseIamRole } from '../options/iam-role.ts'
import { areKmsKeys, type KmsKey, type KmsKeys } from '../options/kms-keys.ts'

type ReadPolicies = { readonly grants: readonly Grant[]; readonly kmsKeys: KmsKeys }

const keyLine = /^ {4}"([^"\\]+)" = \{$/
const roleLine = /^ {6}role {8}= (null|"[^"\\]+")$/
const listLine = /^ {6}part[1-8](_secrets)? = \[$/
const nameLine = /^ {8}"([^"\\]+)",$/
const kmsLine = /^ {4}\{ (prefix|secret) = "([^"\\]+)", arn = "([^"\\]+)" \},$/

/** @returns the grants of its lines, also where there is other text between them; undefined where one must not be granted. */
export function readPolicies(text: string): ReadPolicies | undefined {
  const drafts: Draft[] = []
  const kmsKeys: KmsKey[] = []
  for (const line of text.split('\n')) {
    const [, key] = keyLine.exec(line) ?? []
    const [, role] = roleLine.exec(line) ?? []
    const list = listLine.exec(line)
    const [, name] = nameLine.exec(line) ?? []
    const [, kind, of = '', arn = ''] = kmsLine.exec(line) ?? []
    const last = drafts.at(-1)
    if (key !== undefined)
      drafts.push({ key, role: undefined, list: 'parameters', parameters: [], secrets: [] })
    if (role !== undefined && last) last.role = role === 'null' ? undefined : parseIamRole(last.key).value
    if (list && last) last.list = list[1] === undefined ? 'parameters' : 'secrets'
    if (name !== undefined) last?.[last.list].push(name)
    if (kind === 'prefix') kmsKeys.push({ prefix: of === '/' ? of : of.replace(/\/$/, ''), arn })
    if (kind === 'secret') kmsKeys.push({ secret: of, arn })
  }
  const isUnique = new Set(drafts.map(({ key }) => key)).size === drafts.length
  if (!isUnique || !drafts.every(isWellFormed) || !areKmsKeys(kmsKeys)) return undefined
  const grants = drafts.map(({ key, role, parameters, secrets }) =>
    grantOf(key, role, parameters, kmsKeys, secrets),
  )
  return { kmsKeys, grants }
}

type Draft = {
  readonly key: string
  role: IamRole | undefined
  /** The one whose names are being read. */
  list: keyof GrantedNames
  readonly parameters: string[]
  readonly secrets: string[]
}

function isWellFormed(draft: Draft): boolean {
  const { key, role, parameters, secrets } = draft
  const isNamed = role === undefined ? isWorkloadKey(key) : key === (role.arn ?? role.name)
  return (
    isNamed &&
    countNames(draft) > 0 &&
    parameters.every((name) => parseParameterName(name).value === name) &&
    secrets.every((name) => validateSecretName(name) === undefined)
  )
}
