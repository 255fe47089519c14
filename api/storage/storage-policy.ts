/**
 * Who may have what made: a StoragePolicy authorises DYNAMIC declarations by the final parameter name. The creator, the
 * build and the admission policy apply the same file.
 *
 *     apiVersion: kees.bsycorp.com/v1alpha1
 *     kind: StoragePolicy
 *     metadata: {name: default}
 *     spec:
 *       rules:                          # the first rule that matches the namespace; none: refused
 *         - namespaces: ["team-*"]      # names, in which * matches any characters
 *           prefixes: ["/{namespace}"]  # what is below them, by whole segments; "/" is everything
 *           minBits: 64                 # real entropy
 *           maxPerPod: 50               # DYNAMIC declarations
 *           maxNewPerHour: 200          # per namespace; counted by the creator
 *           maxClaims: 10000            # what a namespace may occupy of the creator: this and the four below
 *           maxBytes: 33554432
 *           maxKeys: 1
 *           maxOwners: 500
 *           maxEvents: 500
 *           localMode: false            # true: pods may be in local mode, in which everybody can compute the values
 *           shared: false               # true: the limits apply to all namespaces of the rule together
 */
import { bounds } from '../bounds.ts'
import { isMap } from '../json.ts'
import { about, type Diagnostic, quote } from '../diagnostic.ts'
import { notKnown } from '../suggest.ts'
import { parseStoragePrefix } from '../declaration/parameter-name.ts'
import { invalid, type Parsed } from '../parsed.ts'

const storagePolicyApiVersion = 'kees.bsycorp.com/v1alpha1'
const storagePolicyKind = 'StoragePolicy'

export type StoragePolicy = { readonly name: string; readonly rules: readonly StorageRule[] }

export type StorageRule = {
  /** Patterns, as they are in the file. */
  readonly namespaces: readonly string[]
  /** With their leading slash, `{namespace}` still in them; empty for the root. */
  readonly prefixes: readonly string[]
  readonly minBits: number
  readonly maxPerPod: number
  readonly maxNewPerHour: number
  /** Whether pods may be in local mode. */
  readonly localMode: boolean
  /** The namespaces of this rule have its quota and budgets together, and take turns as one. */
  readonly shared: boolean
} & Budgets

/** What a namespace may occupy of the creator at a time. */
export type Budgets = {
  /** Parameter groups that its pods declare. */
  readonly maxClaims: number
  /** Of memory, for its pods and what they declare. */
  readonly maxBytes: number
  /** RSA and GPG keys that are generated. */
  readonly maxKeys: number
  /** Owners of pods that wait to be inspected. */
  readonly maxOwners: number
  /** Events that wait to be sent. */
  readonly maxEvents: number
}

/** Of real entropy. */
export const defaultMinBits = 64
/** Of a namespace without a rule, too. */
export const defaultBudgets: Budgets = {
  maxClaims: 10_000,
  maxBytes: 32 * 1024 * 1024,
  maxKeys: 1,
  maxOwners: 500,
  maxEvents: 500,
}
/** The defaults of a rule: the limits of the rule that the installation contains. */
const limits = { minBits: defaultMinBits, maxPerPod: 50, maxNewPerHour: 200, ...defaultBudgets }
/** Without one of each, there is no progress. */
const positive: ReadonlySet<string> = new Set(['maxKeys', 'maxOwners', 'maxEvents'])
const ruleFields = ['namespaces', 'prefixes', ...Object.keys(limits), 'localMode', 'shared']

/** In place of a namespace while a prefix is checked. */
const anyNamespace = 'n'
export const namespaceToken = '{namespace}'

/** @param object the parsed YAML of the file. Each message begins with the field that is wrong, or with "it". */
export function parseStoragePolicy(object: unknown): Parsed<StoragePolicy> {
  const diagnostics: Diagnostic[] = []
  if (
    !isMap(object) ||
    object['apiVersion'] !== storagePolicyApiVersion ||
    object['kind'] !== storagePolicyKind
  ) {
    return invalid(`it is not an object of apiVersion ${storagePolicyApiVersion}, kind ${storagePolicyKind}`)
  }
  reportUnknown(object, '', ['apiVersion', 'kind', 'metadata', 'spec'], diagnostics)
  const { metadata, spec } = object
  const name = isMap(metadata) && typeof metadata['name'] === 'string' ? metadata['name'] : 'default'
  if (!isMap(spec) || !Array.isArray(spec['rules'])) {
    return { diagnostics: [...diagnostics, { message: 'spec.rules must be a list of rules' }] }
  }
  reportUnknown(spec, 'spec.', ['rules'], diagnostics)
  const tooMany = validateEntries(spec['rules'])
  if (tooMany) return { diagnostics: [...diagnostics, tooMany] }
  const rules = spec['rules'].map((rule: unknown, index) =>
    parseRule(rule, `spec.rules[${index}]`, diagnostics),
  )
  const left = diagnostics.length - bounds.policyDiagnostics
  if (left > 0) diagnostics.splice(bounds.policyDiagnostics, left, { message: `and ${left} more` })
  return diagnostics.length > 0 ? { diagnostics } : { value: { name, rules } }
}

/** Of so many namespaces, the rule of a policy is remembered: 4,000 patterns take milliseconds. */
const remembered = 10_000
const rulesOf = new WeakMap<StoragePolicy, Map<string, StorageRule | undefined>>()

/** The first rule whose patterns match the namespace. */
export function ruleFor(policy: StoragePolicy, namespace: string): StorageRule | undefined {
  const answers = rulesOf.get(policy) ?? new Map<string, StorageRule | undefined>()
  rulesOf.set(policy, answers)
  if (answers.has(namespace)) return answers.get(namespace)
  const rule = policy.rules.find(({ namespaces }) =>
    namespaces.some((pattern) => matchesNamespace(pattern, namespace)),
  )
  if (answers.size >= remembered) answers.clear()
  answers.set(namespace, rule)
  return rule
}

/** Whether a rule depends on the namespace's name beyond matching it. */
export function dependsOnNamespace(prefix: string): boolean {
  return prefix.includes(namespaceToken)
}

/** The prefix for a namespace; empty for the root. */
export function resolvePrefix(prefix: string, namespace: string): string {
  return prefix.replaceAll(namespaceToken, namespace)
}

/** Whether a parameter is below a prefix, by whole segments. */
export function isBelow(parameter: string, prefix: string, namespace: string): boolean {
  return parameter.startsWith(`${resolvePrefix(prefix, namespace)}/`)
}

/** Without a regular expression, which takes exponential time on many stars. */
export function matchesNamespace(pattern: string, namespace: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return namespace === pattern
  if (!namespace.startsWith(first) || !namespace.endsWith(last)) return false
  let position = first.length
  for (const piece of rest) {
    const found = namespace.indexOf(piece, position)
    if (found < 0) return false
    position = found + piece.length
  }
  return position + last.length <= namespace.length
}

function parseRule(rule: unknown, where: string, diagnostics: Diagnostic[]): StorageRule {
  const given = isMap(rule) ? rule : {}
  if (!isMap(rule)) diagnostics.push({ message: `${where} must be a map` })
  reportUnknown(given, `${where}.`, ruleFields, diagnostics)
  const texts = (field: string, validate: (text: string) => Diagnostic | undefined): string[] => {
    const value = given[field]
    if (!Array.isArray(value) || value.length === 0) {
      diagnostics.push({ message: `${where}.${field} must be a non-empty list of strings` })
      return []
    }
    return value.flatMap((text: unknown, index) => {
      const wrong = typeof text === 'string' ? validate(text) : { message: 'must be a string' }
      if (wrong !== undefined) diagnostics.push(...about(`${where}.${field}[${index}]`, [wrong]))
      return wrong === undefined && typeof text === 'string' ? [text] : []
    })
  }
  const whole = (field: keyof typeof limits): number => {
    const value = given[field] ?? limits[field]
    const least = positive.has(field) ? 1 : 0
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value
    diagnostics.push({ message: `${where}.${field} must be a whole number, ${least} or more` })
    return limits[field]
  }
  const flag = (field: string): boolean => {
    const value = given[field] ?? false
    if (typeof value === 'boolean') return value
    diagnostics.push({ message: `${where}.${field} must be true or false` })
    return false
  }
  return {
    namespaces: texts('namespaces', validateNamespacePattern),
    prefixes: texts('prefixes', validatePrefix).map((text) => text.replace(/^\/?/, '/').replace(/\/$/, '')),
    minBits: whole('minBits'),
    maxPerPod: whole('maxPerPod'),
    maxNewPerHour: whole('maxNewPerHour'),
    maxClaims: whole('maxClaims'),
    maxBytes: whole('maxBytes'),
    maxKeys: whole('maxKeys'),
    maxOwners: whole('maxOwners'),
    maxEvents: whole('maxEvents'),
    localMode: flag('localMode'),
    shared: flag('shared'),
  }
}

/** Before any of them is read. A rule without lists counts as one. */
function validateEntries(rules: readonly unknown[]): Diagnostic | undefined {
  let entries = 0
  for (const rule of rules) {
    const lists = isMap(rule) ? [rule['namespaces'], rule['prefixes']] : [[]]
    for (const list of lists) entries += Array.isArray(list) ? Math.max(1, list.length) : 1
  }
  if (entries <= bounds.policyEntries) return undefined
  return { message: `spec.rules must have at most ${bounds.policyEntries} namespaces and prefixes in total` }
}

function validateNamespacePattern(text: string): Diagnostic | undefined {
  if (/^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$/.test(text)) return undefined
  return {
    message: `is ${quote(text)}: allowed are names of namespaces, in which * matches any characters`,
  }
}

function validatePrefix(text: string): Diagnostic | undefined {
  if (text === '') return { message: 'is empty', hint: 'write "/" for everything' }
  const [wrong] = parseStoragePrefix(text.replaceAll(namespaceToken, anyNamespace)).diagnostics ?? []
  return (
    wrong && {
      message: `is ${quote(text)}: it ${wrong.message}; ${namespaceToken} is replaced by the namespace`,
    }
  )
}

function reportUnknown(
  map: Readonly<Record<string, unknown>>,
  where: string,
  known: readonly string[],
  diagnostics: Diagnostic[],
): void {
  for (const key of Object.keys(map).filter((one) => !known.includes(one))) {
    diagnostics.push(...about(`${where}${quote(key)}`, [notKnown(key, known)]))
  }
}
