import { selectorOf } from '../../api/declaration.ts'
import { exitCode } from '../../api/exit-code.ts'
import { groupOf } from '../../api/group.ts'
import type { InitEnv } from '../../api/init-env.ts'
import { type Declared, isDynamic } from '../../api/pod-annotations.ts'
import { fetchParameters, type FetchTools } from '../fetch-parameters.ts'
import { matchPair } from '../match-pair.ts'
import { formatRef, type ParameterReader, type ParameterRef } from '../parameter-store.ts'
import type { SecretValue } from '../secret-value.ts'
import type { Problem } from './report.ts'
import { unfetchedProblem } from './unfetched-problem.ts'

export type DeclaredValue = { readonly declared: Declared; readonly value: SecretValue }

/** The value of every declaration, and what is wrong with any of them: values are of use only without problems. */
export async function fetchDeclared(
  store: ParameterReader,
  declared: readonly Declared[],
  settings: InitEnv,
  tools: FetchTools,
): Promise<{ readonly values: readonly DeclaredValue[]; readonly problems: readonly Problem[] }> {
  const wanted = declared.map((one) => ({
    ref: refOf(one),
    missingWait: isDynamic(one) ? settings.waitTimeout : settings.referenceWait,
  }))
  const { found, unfetched } = await fetchParameters(store, wanted, settings, tools)
  const failures = new Map(unfetched.map(({ ref, failure }) => [formatRef(ref), failure]))
  const values: DeclaredValue[] = []
  const problems: Problem[] = []
  for (const one of declared) {
    const ref = refOf(one)
    const parameter = found.get(formatRef(ref))
    const failure = failures.get(formatRef(ref))
    if (parameter) values.push({ declared: one, value: parameter.value })
    else if (failure) problems.push(unfetchedProblem(one, ref, failure, settings))
  }
  return { values, problems: [...problems, ...mismatches(values)] }
}

function refOf({ declaration, parameter }: Declared): ParameterRef {
  const selector = selectorOf(declaration)
  return selector === undefined ? { name: parameter } : { name: parameter, selector }
}

/** The RSA pairs of which this pod declares both parts, and whose parts do not belong together. */
function mismatches(values: readonly DeclaredValue[]): Problem[] {
  const dynamic = new Map<string, SecretValue>()
  for (const { declared, value } of values) if (isDynamic(declared)) dynamic.set(declared.parameter, value)
  return values.flatMap(({ declared, value }) => {
    if (!isDynamic(declared) || declared.declaration.type !== 'RSA') return []
    const [first, second] = groupOf(declared.declaration, declared.parameter).parts
    const publicValue = second && dynamic.get(second.parameter)
    if (publicValue === undefined || first?.parameter !== declared.parameter) return []
    if (matchPair(value, publicValue) !== 'mismatch') return []
    const { annotation } = declared
    const text =
      `annotation ${annotation}: the key pair ${first.parameter} and ${second?.parameter} does not match: ` +
      'if the private part is right, delete the public one, and the creator makes it again'
    return [{ exit: exitCode.input, text, fields: { annotation, code: 'MISMATCHED_PAIR' } }]
  })
}
