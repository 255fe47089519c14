/**
 * What the API server checks of a pod template, in CEL. https://kubernetes.io/docs/reference/using-api/cel/
 *
 * Of prefixes, an expression never allows what the creator refuses. It may refuse more, such as a storage-prefix above the
 * allowed ones whose storageKeys lead below them. It does not check the rest, such as attributes, sizes and limits: that is
 * left to the creator and init.
 */
import { isMap } from '../../api/json.ts'
import type { Value } from '../../functions/yaml/value.ts'
import { namespaceToken, type StoragePolicy, type StorageRule } from '../../api/storage/storage-policy.ts'

/** The text as a CEL string literal, escaped. */
export function celString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/** The value as a literal. What is in a map is `dyn`: a literal in CEL has values of one type. */
export function celValue(value: Value): string {
  if (typeof value === 'string') return celString(value)
  if (Array.isArray(value)) return `[${value.map(celValue).join(', ')}]`
  if (isMap(value)) return celMap(Object.entries(value).map(([key, one]) => [key, celValue(one)]))
  // A number, a boolean or null.
  return JSON.stringify(value)
}

/** @param entries the key and the expression of each value. */
export function celMap(entries: readonly (readonly [key: string, expression: string])[]): string {
  return `{${entries.map(([key, expression]) => `${celString(key)}: dyn(${expression})`).join(', ')}}`
}

export function celList(texts: readonly string[]): string {
  return `[${texts.map(celString).join(', ')}]`
}

/** The keys of a map of annotations that begin with one of these words and the domain. */
export function keysOf(annotations: string, what: readonly string[], domain: string): string {
  const tests = what.map((one) => `key.startsWith(${celString(`${one}.${domain}/`)})`)
  return `${annotations}.filter(key, ${tests.join(' || ')})`
}

/** The annotations of something with metadata that may have none. */
export function annotationsAt(path: string): string {
  return `has(${path}.metadata) && has(${path}.metadata.annotations) ? ${path}.metadata.annotations : {}`
}

/** The prefixes of the first rule that matches the namespace of the request; none where no rule does. */
export function allowedPrefixes(policy: StoragePolicy): string {
  return ofFirstRule(policy, ({ prefixes }) => `[${prefixes.map(celPrefix).join(', ')}]`, '[]')
}

/** How many DYNAMIC declarations a pod may have. */
export function maxPerPod(policy: StoragePolicy): string {
  return ofFirstRule(policy, (rule) => String(rule.maxPerPod), '0')
}

/** Whether pods may be in local mode. */
export function allowsLocalMode(policy: StoragePolicy): string {
  return ofFirstRule(policy, (rule) => String(rule.localMode), 'false')
}

function ofFirstRule({ rules }: StoragePolicy, of: (rule: StorageRule) => string, none: string): string {
  return rules.reduceRight((otherwise, rule) => {
    const condition = celNamespace(rule.namespaces)
    return condition === 'true' ? of(rule) : `${condition}\n  ? ${of(rule)}\n  : ${otherwise}`
  }, none)
}

/** Matches every value that attributes.ts reads as `kind=DYNAMIC`. */
export const isDynamicValue = `matches('(^|,)[ \\\\t\\\\r\\\\n]*kind[ \\\\t\\\\r\\\\n]*=[ \\\\t\\\\r\\\\n]*"?DYNAMIC')`

function celPrefix(prefix: string): string {
  const pieces = prefix.split(namespaceToken).map(celString)
  return pieces.join(' + request.namespace + ').replaceAll('"" + ', '').replaceAll(' + ""', '')
}

function celNamespace(patterns: readonly string[]): string {
  if (patterns.includes('*')) return 'true'
  const names = patterns.filter((one) => !one.includes('*'))
  const tests = patterns
    .filter((one) => one.includes('*'))
    .map((one) => `request.namespace.matches(${celString(`^${one.replaceAll('*', '.*')}$`)})`)
  if (names.length > 0) tests.unshift(`request.namespace in ${celList(names)}`)
  return tests.length === 1 ? tests.join('') : `(${tests.join(' || ')})`
}
