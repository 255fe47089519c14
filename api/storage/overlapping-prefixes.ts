/**
 * Literal prefixes of a StoragePolicy that are below what `{namespace}` gives to a namespace of another rule. With
 * `/shared/payments` for one team and `/{namespace}` for all others, a namespace that is named `shared` may create
 * parameters in the place of that team.
 */
import type { Diagnostic } from '../diagnostic.ts'
import { isDnsLabel } from '../dns-label.ts'
import { dependsOnNamespace, namespaceToken, ruleFor, type StoragePolicy } from './storage-policy.ts'

type Prefix = {
  readonly rule: number
  readonly where: string
  readonly text: string
  readonly segments: readonly string[]
}

/** @returns a warning for each literal prefix; each message begins with the field of the policy. */
export function overlappingPrefixes(policy: StoragePolicy): Diagnostic[] {
  const all = policy.rules.flatMap(({ prefixes }, rule) =>
    prefixes.map((text, index): Prefix => {
      const where = `spec.rules[${rule}].prefixes[${index}]`
      return { rule, where, text, segments: text.split('/') }
    }),
  )
  const templated = all.filter(({ text }) => dependsOnNamespace(text))
  return all
    .filter(({ text }) => text !== '' && !dependsOnNamespace(text))
    .flatMap((literal): Diagnostic[] => {
      for (const above of templated) {
        const namespace = above.rule === literal.rule ? undefined : namespaceAbove(above, literal)
        if (namespace === undefined || ruleFor(policy, namespace) !== policy.rules[above.rule]) continue
        const message = `${literal.where} is ${literal.text}, and a namespace ${namespace} may create parameters there too, by ${above.where} ${above.text}`
        const hint = `give the namespace ${namespace} a rule of its own before that one, or choose a prefix that no namespace gets`
        return [{ message, hint }]
      }
      return []
    })
}

/** The namespace for which the templated prefix is the literal one or above it. */
function namespaceAbove(templated: Prefix, literal: Prefix): string | undefined {
  if (templated.segments.length > literal.segments.length) return undefined
  let namespace: string | undefined
  for (const [index, pattern] of templated.segments.entries()) {
    const segment = literal.segments[index] ?? ''
    if (!dependsOnNamespace(pattern)) {
      if (pattern !== segment) return undefined
      continue
    }
    const found = namespaceIn(pattern, segment)
    if (found === undefined || (namespace !== undefined && namespace !== found)) return undefined
    namespace = found
  }
  return namespace
}

function namespaceIn(pattern: string, segment: string): string | undefined {
  const pieces = pattern.split(namespaceToken)
  const length = (segment.length - pieces.join('').length) / (pieces.length - 1)
  const start = pieces[0]?.length ?? 0
  const namespace = segment.slice(start, start + length)
  return isDnsLabel(namespace) && pattern.replaceAll(namespaceToken, namespace) === segment
    ? namespace
    : undefined
}
