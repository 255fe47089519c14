/**
 * Whether a text that claims to be policies.json grants in the form of policy.ts, and nothing else.
 *
 * policies.tf is rendered again from what was read, and compared byte for byte (read-policies.ts). That does not work here:
 * IAM documents do not contain the prefixes of kmsKeys, which decide over the number in `DecryptParameters2`, nor the keys that
 * no parameter uses. So each field is checked instead, in about as many lines as a reader for rendering would take. Of 40 roles
 * with 200 parameters each (1.3 MB) that takes 40 ms; rendering alone would take 54 ms, and parsing 8 ms.
 */
import { isMap, type JsonMap } from '../../../api/json.ts'
import { validateKmsKeyArn } from '../../../api/storage/kms-key-arn.ts'
import { validateSecretName } from '../../../api/declaration/secrets-manager.ts'
import { parseParameterName } from '../../../api/declaration/parameter-name.ts'
import { isPoliciesJson } from './policies-json.ts'
import {
  action,
  contextKey,
  decryptAction,
  secretAction,
  secretContextKey,
  viaServiceKey,
} from '../grants/policy.ts'

export function isPoliciesJsonOfOurs(text: string): boolean {
  const read = isPoliciesJson(text) ? parseJson(text) : undefined
  // Printing it again gives the same text, so no key is declared twice, which two readers could interpret differently.
  if (!isMap(read) || `${JSON.stringify(read, null, 2)}\n` !== text) return false
  return isMap(read['grants']) && Object.values(read['grants']).every(isGrant)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isGrant(grant: unknown): boolean {
  return isMap(grant) && Array.isArray(grant['policies']) && grant['policies'].every(isPolicy)
}

function isPolicy(policy: unknown): boolean {
  if (!isMap(policy) || !isMap(policy['document'])) return false
  const { Version: version, Statement: statements, ...others } = policy['document']
  if (version !== '2012-10-17' || !Array.isArray(statements) || Object.keys(others).length > 0) return false
  const gets = statements.flatMap((one: unknown) => readGet(one) ?? [])
  const arnsOf = (kind: Kind) => gets.flatMap((one) => (one.kind === kind ? one.arns : []))
  const isOnce = new Set(gets.map(({ kind }) => kind)).size === gets.length
  if (gets.length === 0 || !isOnce) return false
  return statements.every((one: unknown, index) =>
    index < gets.length
      ? readGet(one) !== undefined
      : kinds.some((kind) => isDecrypt(one, kind, arnsOf(kind))),
  )
}

type Kind = {
  readonly action: string
  readonly isArn: (text: unknown) => boolean
  /** The operator, and the key of the encryption context. */
  readonly operator: 'StringEquals' | 'StringLike'
  readonly context: string
  readonly service: string
}

const kinds: readonly Kind[] = [
  { action, isArn: isParameterArn, operator: 'StringEquals', context: contextKey, service: 'ssm.' },
  {
    action: secretAction,
    isArn: isSecretArn,
    operator: 'StringLike',
    context: secretContextKey,
    service: 'secretsmanager.',
  },
]

function readGet(statement: unknown): { readonly kind: Kind; readonly arns: readonly unknown[] } | undefined {
  if (!isMap(statement) || !hasKeys(statement, ['Sid', 'Effect', 'Action', 'Resource'])) return undefined
  const { Effect: effect, Action: does, Resource: arns } = statement
  const kind = kinds.find((one) => one.action === does)
  if (effect !== 'Allow' || kind === undefined || !Array.isArray(arns) || arns.length === 0) return undefined
  return arns.every(kind.isArn) ? { kind, arns } : undefined
}

function isDecrypt(
  statement: unknown,
  { operator, context, service }: Kind,
  arns: readonly unknown[],
): boolean {
  if (!isMap(statement) || !hasKeys(statement, ['Sid', 'Effect', 'Action', 'Resource', 'Condition']))
    return false
  const { Effect: effect, Action: does, Resource: key, Condition: condition } = statement
  if (effect !== 'Allow' || does !== decryptAction || typeof key !== 'string') return false
  if (validateKmsKeyArn(key) !== undefined) return false
  if (!isMap(condition) || !hasKeys(condition, [...new Set(['StringEquals', operator])])) return false
  const { StringEquals: equals, [operator]: tests } = condition
  if (!isMap(equals) || !isMap(tests)) return false
  const names = new Set([...Object.keys(equals), ...Object.keys(tests)])
  const { [context]: contexts } = tests
  const { [viaServiceKey]: via } = equals
  const isBound =
    Array.isArray(contexts) && contexts.length > 0 && contexts.every((one) => arns.includes(one))
  return isBound && typeof via === 'string' && via.startsWith(service) && names.size === 2
}

function isParameterArn(text: unknown): boolean {
  const [, name] = /^arn:aws[-a-z]*:ssm:[-a-z0-9]+:[0-9]{12}:parameter(\/.*)$/.exec(String(text)) ?? []
  return typeof text === 'string' && name !== undefined && parseParameterName(name).value === name
}

function isSecretArn(text: unknown): boolean {
  const [, name] =
    /^arn:aws[-a-z]*:secretsmanager:[-a-z0-9]+:[0-9]{12}:secret:(.*)-\?{6}$/.exec(String(text)) ?? []
  return typeof text === 'string' && name !== undefined && validateSecretName(name) === undefined
}

function hasKeys(map: JsonMap, keys: readonly string[]): boolean {
  return Object.keys(map).length === keys.length && keys.every((key) => Object.hasOwn(map, key))
}
