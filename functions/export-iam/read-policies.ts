/**
 * policies.tf read back, so that a text that claims to be one can be held to what export-iam would write: it is rendered
 * again from what was read, and must be the same to the byte.
 */
import { parseParameterName } from '../../api/parameter-name.ts'
import { type Grant, grantOf, isWorkloadKey } from './grant.ts'
import { type IamRole, parseIamRole } from './iam-role.ts'
import { areKmsKeys, type KmsKey, type KmsKeys } from './kms-keys.ts'

type ReadPolicies = { readonly grants: readonly Grant[]; readonly kmsKeys: KmsKeys }

const keyLine = /^ {4}"([^"\\]+)" = \{$/
const roleLine = /^ {6}role {8}= (null|"[^"\\]+")$/
const nameLine = /^ {8}"([^"\\]+)",$/
const kmsLine = /^ {4}\{ prefix = "([^"\\]+)", arn = "([^"\\]+)" \},$/

/** @returns the grants of its lines, also where there is other text between them; undefined where one must not be granted. */
export function readPolicies(text: string): ReadPolicies | undefined {
  const drafts: Draft[] = []
  const kmsKeys: KmsKey[] = []
  for (const line of text.split('\n')) {
    const [, key] = keyLine.exec(line) ?? []
    const [, role] = roleLine.exec(line) ?? []
    const [, name] = nameLine.exec(line) ?? []
    const [, prefix, arn] = kmsLine.exec(line) ?? []
    const last = drafts.at(-1)
    if (key !== undefined) drafts.push({ key, role: undefined, names: [] })
    if (role !== undefined && last) last.role = role === 'null' ? undefined : parseIamRole(last.key).value
    if (name !== undefined) last?.names.push(name)
    if (prefix !== undefined && arn !== undefined) {
      kmsKeys.push({ prefix: prefix === '/' ? prefix : prefix.replace(/\/$/, ''), arn })
    }
  }
  const isUnique = new Set(drafts.map(({ key }) => key)).size === drafts.length
  if (!isUnique || !drafts.every(isWellFormed) || !areKmsKeys(kmsKeys)) return undefined
  return { kmsKeys, grants: drafts.map(({ key, role, names }) => grantOf(key, role, names, kmsKeys)) }
}

type Draft = { readonly key: string; role: IamRole | undefined; readonly names: string[] }

function isWellFormed({ key, role, names }: Draft): boolean {
  const isNamed = role === undefined ? isWorkloadKey(key) : key === (role.arn ?? role.name)
  return isNamed && names.length > 0 && names.every((name) => parseParameterName(name).value === name)
}
