import { selectorOf } from '../../api/declaration.ts'
import { exitCode } from '../../api/exit-code.ts'
import { groupOf } from '../../api/group.ts'
import type { InitEnv } from '../../api/init-env.ts'
import { type Declared, isDynamic } from '../../api/pod-annotations.ts'
import { fetchParameters, type FetchTools } from '../store/fetch-parameters.ts'
import { matchPair } from '../groups/match-pair.ts'
import { formatRef, type ParameterReader, type ParameterRef } from '../store/parameter-store.ts'
import type { SecretValue } from '../secret-value.ts'
import type { InitDiagnostic } from './report.ts'
import { describeUnfetched } from './describe-unfetched.ts'

export type DeclaredValue = { readonly declared: Declared; readonly value: SecretValue }

/** The value of every declaration, and what is wrong with any of them: values are of use only without diagnostics. */
export async function fetchDeclared(
  store: ParameterReader,
  declared: readonly Declared[],
  settings: InitEnv,
  tools: FetchTools,
): Promise<{ readonly values: readonly DeclaredValue[]; readonly diagnostics: readonly InitDiagnostic[] }> {
  const wanted = declared.map((one) => ({
    ref: refOf(one),
    missingWait: isDynamic(one) ? settings.waitTimeout : settings.referenceWait,
  }))
  const { found, unfetched } = await fetchParameters(store, wanted, settings, tools)
  const failed = new Map(unfetched.map((one) => [formatRef(one.ref), one]))
  const values: DeclaredValue[] = []
  const diagnostics: InitDiagnostic[] = []
  for (const one of declared) {
    const key = formatRef(refOf(one))
    const parameter = found.get(key)
    const why = failed.get(key)
    if (parameter) values.push({ declared: one, value: parameter.value })
    else if (why) diagnostics.push(describeUnfetched(one, why, settings))
  }
  return { values, diagnostics: [...diagnostics, ...mismatches(values)] }
}

/**
 * For the report of a pod whose annotations are wrong already: which of the other parameters are missing or denied, requested once
 * and without waiting. Parameters that the creator creates are left out, because it may be at work; if the store does not answer,
 * all are.
 */
export async function lookUpDeclared(
  store: ParameterReader,
  declared: readonly Declared[],
  settings: InitEnv,
  tools: FetchTools,
): Promise<readonly InitDiagnostic[]> {
  const limits = { deadline: settings.requestTimeout, deniedWait: 0 }
  const wanted = declared.map((one) => ({ ref: refOf(one), missingWait: 0 }))
  const { unfetched } = await fetchParameters(store, wanted, limits, tools)
  const failed = new Map(unfetched.map((one) => [formatRef(one.ref), one]))
  return declared.flatMap((one) => {
    const why = failed.get(formatRef(refOf(one)))
    const isSure =
      why?.failure.code === 'ACCESS_DENIED' || (why?.failure.code === 'MISSING' && !isDynamic(one))
    return why && isSure ? [describeUnfetched(one, why, settings)] : []
  })
}

export function refOf({ declaration, parameter }: Declared): ParameterRef {
  const selector = selectorOf(declaration)
  return selector === undefined ? { name: parameter } : { name: parameter, selector }
}

/** The RSA pairs of which this pod declares both parts, and whose stored parts do not match. */
function mismatches(values: readonly DeclaredValue[]): InitDiagnostic[] {
  const dynamic = new Map<string, SecretValue>()
  for (const { declared, value } of values) if (isDynamic(declared)) dynamic.set(declared.parameter, value)
  return values.flatMap(({ declared, value }) => {
    if (!isDynamic(declared) || declared.declaration.type !== 'RSA') return []
    const [first, second] = groupOf(declared.declaration, declared.parameter).parts
    const publicValue = second && dynamic.get(second.parameter)
    if (publicValue === undefined || first?.parameter !== declared.parameter) return []
    if (matchPair(value, publicValue) !== 'mismatch') return []
    const { annotation } = declared
    const message = `annotation ${annotation}: the stored parts of the key pair ${first.parameter} and ${second?.parameter} do not match`
    const hint = 'if the private part is right, delete the public one: the creator creates it again'
    return [{ exit: exitCode.input, message, hint, fields: { annotation, code: 'MISMATCHED_PAIR' } }]
  })
}
