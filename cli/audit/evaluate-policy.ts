/**
 * Whether policies of a role allow a request, as IAM evaluates them: an explicit deny wins, and what nothing allows is denied. What depends on facts that
 * are not known here (tags, addresses, other condition keys, policy variables) is `unknown`, never a guess. Service control policies, session
 * policies, endpoint policies and key policies are not seen.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
import { isMap, type JsonMap, mapOf } from '../../api/json.ts'
import { matchesGlob } from './glob.ts'
import { and, type Known, not, or } from './known.ts'

export type Verdict = 'allowed' | 'denied' | 'unknown'

export type PolicyRequest = {
  /** Such as `ssm:GetParameters`. */
  readonly action: string
  /** A whole ARN, taken literally. */
  readonly resource: string
  /** What is known of the request, by condition key in lower case. */
  readonly context: ReadonlyMap<string, string>
}

/** @param documents of the policies of the role. @param boundary its permissions boundary; undefined without one. */
export function evaluateRole(
  documents: readonly unknown[],
  boundary: unknown,
  request: PolicyRequest,
): Verdict {
  const own = evaluate(documents, request)
  if (own === 'denied' || boundary === undefined) return own
  const limit = evaluate([boundary], request)
  if (limit === 'denied') return 'denied'
  return own === 'allowed' && limit === 'allowed' ? 'allowed' : 'unknown'
}

function evaluate(documents: readonly unknown[], request: PolicyRequest): Verdict {
  const statements = documents.flatMap(statementsOf)
  const applies = (effect: string) =>
    or(statements.filter((one) => one['Effect'] === effect).map((one) => matches(one, request)))
  const denies = applies('Deny')
  const allows = applies('Allow')
  if (denies === true || allows === false) return 'denied'
  return denies === false && allows === true ? 'allowed' : 'unknown'
}

export function statementsOf(document: unknown): readonly JsonMap[] {
  const { Statement } = mapOf(document)
  return listOfOne(Statement)
    .filter((one) => isMap(one))
    .map(mapOf)
}

function matches(statement: JsonMap, { action, resource, context }: PolicyRequest): Known {
  const { Action, NotAction, Resource, NotResource, Condition } = statement
  const actions = textsOf(Action ?? NotAction).map((one) => matchesAction(one, action))
  const resources = textsOf(Resource ?? NotResource).map((one) => matchesArn(one, resource))
  return and([
    Action === undefined ? not(or(actions)) : or(actions),
    Resource === undefined ? not(or(resources)) : or(resources),
    matchesConditions(mapOf(Condition), context),
  ])
}

/** The service of an action has no wildcards: IAM refuses them, but for `*` alone. */
export function matchesAction(pattern: string, action: string): boolean {
  if (pattern === '*' || pattern === '*:*') return true
  const [service = '', name = ''] = pattern.toLowerCase().split(':')
  const [ofService = '', ofName = ''] = action.toLowerCase().split(':')
  return service === ofService && matchesGlob(name, ofName)
}

const arnParts = 6

/** Wildcards do not reach over the colons between the parts of an ARN. */
function matchesArn(pattern: string, arn: string): Known {
  if (pattern === '*') return true
  const plain = withoutEscapes(pattern)
  if (plain === undefined) return undefined
  const patterns = partsOf(plain)
  const parts = partsOf(arn)
  if (patterns.length < arnParts) return undefined
  return parts.every((part, index) => matchesGlob(patterns[index] ?? '', part))
}

/** The last part may have colons. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':')
  return parts.length <= arnParts
    ? parts
    : [...parts.slice(0, arnParts - 1), parts.slice(arnParts - 1).join(':')]
}

/** `${*}`, `${?}` and `${$}` are these characters, which no name has; any other variable depends on the caller. */
function withoutEscapes(pattern: string): string | undefined {
  const plain = pattern.replaceAll(/\$\{[*?$]\}/g, '\ufffd')
  return plain.includes('${') ? undefined : plain
}

function matchesConditions(condition: JsonMap, context: ReadonlyMap<string, string>): Known {
  return and(
    Object.entries(condition).flatMap(([operator, tests]) =>
      Object.entries(mapOf(tests)).map(([key, values]) =>
        matchesCondition(operator, context.get(key.toLowerCase()), textsOf(values)),
      ),
    ),
  )
}

/** @param value of the key in the request; undefined: not known. */
function matchesCondition(operator: string, value: string | undefined, values: readonly string[]): Known {
  const { base = '', negated } = operators.get(operator.replace(/IfExists$/, '')) ?? {}
  if (base === '' || value === undefined || values.some((one) => one.includes('${'))) return undefined
  const found = values.some((one) => {
    if (base === 'equals') return one === value
    if (base === 'ignoreCase') return one.toLowerCase() === value.toLowerCase()
    return matchesGlob(one, value)
  })
  return negated === true ? !found : found
}

type Operator = { readonly base: 'equals' | 'ignoreCase' | 'like'; readonly negated: boolean }

/** Those of which this code knows the meaning. */
const operators: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', { base: 'equals', negated: false }],
  ['StringNotEquals', { base: 'equals', negated: true }],
  ['StringEqualsIgnoreCase', { base: 'ignoreCase', negated: false }],
  ['StringNotEqualsIgnoreCase', { base: 'ignoreCase', negated: true }],
  ['StringLike', { base: 'like', negated: false }],
  ['StringNotLike', { base: 'like', negated: true }],
  ['Bool', { base: 'ignoreCase', negated: false }],
])

export function textsOf(value: unknown): readonly string[] {
  return listOfOne(value).map(String)
}

/** IAM takes one value for a list of one. */
function listOfOne(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
