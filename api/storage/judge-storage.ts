import type { DynamicSecret } from '../declaration/declaration.ts'
import { isKey } from '../declaration/secret-type.ts'
import type { AnnotationDiagnostic } from '../diagnostic.ts'
import { type Declared, isDynamic } from '../pod/pod-annotations.ts'
import {
  defaultMinBits,
  dependsOnNamespace,
  isBelow,
  resolvePrefix,
  ruleFor,
  type StoragePolicy,
  type StorageRule,
} from './storage-policy.ts'

/**
 * What a policy does not allow of the DYNAMIC declarations of one pod. It does not restrict what is only read.
 *
 * @param namespace undefined where it is not known, as in a manifest that leaves it to the apply: rules that depend on it
 * are not checked then, which is a warning. @param hint of that warning.
 */
export function judgeStorage(
  policy: StoragePolicy,
  namespace: string | undefined,
  declareds: readonly Declared[],
  hint?: string,
): AnnotationDiagnostic[] {
  const dynamic = declareds.filter(isDynamic)
  const [first] = dynamic
  if (first === undefined) return []
  const unjudged: AnnotationDiagnostic = {
    severity: 'warning',
    code: 'POLICY',
    annotation: first.annotation,
    message: 'cannot check the prefixes of the StoragePolicy: the namespace is unknown',
    ...(hint === undefined ? {} : { hint }),
  }
  if (namespace === undefined) {
    // Which rule is first depends on the namespace, unless the first one takes all.
    const [rule] = policy.rules
    if (rule === undefined || !rule.namespaces.includes('*')) return [unjudged]
    const refused = judgePrefixes(
      { ...rule, prefixes: rule.prefixes.filter((prefix) => !dependsOnNamespace(prefix)) },
      '',
      dynamic,
    )
    const open = refused.length > 0 && rule.prefixes.some(dependsOnNamespace)
    return [...(open ? [unjudged] : refused), ...judgeLimits(rule, dynamic)]
  }
  const rule = ruleFor(policy, namespace)
  if (rule) return [...judgePrefixes(rule, namespace, dynamic), ...judgeLimits(rule, dynamic)]
  return dynamic.map((one) =>
    policyError(one, `no rule of the StoragePolicy matches the namespace ${namespace}`),
  )
}

/** Without a policy: what the default one would find too easy to guess, which keys never are. */
export function warnOfWeak(declareds: readonly Declared[]): AnnotationDiagnostic[] {
  return declareds.filter(isDynamic).flatMap(({ annotation, declaration }): AnnotationDiagnostic[] => {
    const bits = entropyOf(declaration)
    if (bits >= defaultMinBits) return []
    const { type, size } = declaration
    const message = `type ${type} and size ${size} give ${bits} bits, which can be guessed`
    const hint = `set size to ${leastSize(type)} or more`
    return [{ severity: 'warning', code: 'WEAK', annotation, message, hint }]
  })
}

/** In bits, as `size` has it. */
function leastSize(type: DynamicSecret['type']): number {
  return type === 'PASSWORD' ? Math.ceil(defaultMinBits / Math.log2(62)) * 8 : defaultMinBits
}

/** Bits that an attacker has to guess, at most: https://csrc.nist.gov/pubs/sp/800/57/pt1/r5/final, table 2, for keys. */
export function entropyOf({ type, size }: DynamicSecret): number {
  if (isKey(type)) return size < 3072 ? 112 : 128
  return type === 'RANDOM' ? size : Math.floor((size / 8) * Math.log2(62))
}

function judgePrefixes(
  rule: StorageRule,
  namespace: string,
  dynamic: readonly Declared<DynamicSecret>[],
): AnnotationDiagnostic[] {
  const prefixes = rule.prefixes.map((prefix) => resolvePrefix(prefix, namespace) || '/')
  return dynamic
    .filter(({ parameter }) => !rule.prefixes.some((prefix) => isBelow(parameter, prefix, namespace)))
    .map((one) => {
      const allowed = prefixes.join(', ')
      return policyError(one, `the parameter is not below a prefix that the StoragePolicy allows: ${allowed}`)
    })
}

function judgeLimits(rule: StorageRule, dynamic: readonly Declared<DynamicSecret>[]): AnnotationDiagnostic[] {
  const weak = dynamic.flatMap((one) => {
    const bits = entropyOf(one.declaration)
    if (bits >= rule.minBits) return []
    const { type, size } = one.declaration
    return [
      policyError(
        one,
        `type ${type} and size ${size} give ${bits} bits, but the StoragePolicy requires ${rule.minBits}`,
      ),
    ]
  })
  const tooMany = dynamic[rule.maxPerPod]
  if (tooMany === undefined) return weak
  const message = `the pod has ${dynamic.length} DYNAMIC declarations, but the StoragePolicy allows ${rule.maxPerPod}`
  return [...weak, policyError(tooMany, message)]
}

function policyError({ annotation }: Declared, message: string): AnnotationDiagnostic {
  return { severity: 'error', code: 'POLICY', annotation, message }
}
