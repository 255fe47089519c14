import {
  isInSecretsManager,
  secretPinOf,
  selectorOf,
  type StoredDeclaration,
} from '../../../api/declaration/declaration.ts'
import { exitCode } from '../../../api/exit-code.ts'
import { groupOf } from '../../../api/declaration/group.ts'
import { isKey } from '../../../api/declaration/secret-type.ts'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import { type Declared, isDynamic } from '../../../api/pod/pod-annotations.ts'
import { isOptional } from '../../../api/pod/references.ts'
import { fetchParameters, type FetchTools } from '../../store/fetch-parameters.ts'
import { matchPair } from '../../groups/match-pair.ts'
import {
  formatRef,
  type ParameterReader,
  type ParameterRef,
  type SecretRef,
  type StoredValue,
  type ValueRef,
} from '../../store/parameter-store.ts'
import type { SecretValue } from '../../secret-value.ts'
import type { InitDiagnostic } from './report.ts'
import { describeUnfetched } from './describe-unfetched.ts'

/** What is stored for a declaration; nothing where the store says that it does not exist, and the declaration says what then. */
export type FetchedValue = { readonly declared: Declared; readonly stored: StoredValue | undefined }

/** What is stored for every declaration, and what is wrong with any of them: it is of use only without diagnostics. */
export type Fetched = {
  readonly values: readonly FetchedValue[]
  readonly diagnostics: readonly InitDiagnostic[]
}

export async function fetchDeclared(
  store: ParameterReader,
  declared: readonly Declared[],
  settings: InitEnv,
  tools: FetchTools,
): Promise<Fetched> {
  const wanted = declared.map((one) => ({
    ref: refOf(one),
    missingWait: isDynamic(one) ? settings.waitTimeout : settings.referenceWait,
  }))
  const { found, unfetched } = await fetchParameters(store, wanted, settings, tools)
  const failed = new Map(unfetched.map((one) => [formatRef(one.ref), one]))
  const values: FetchedValue[] = []
  const diagnostics: InitDiagnostic[] = []
  for (const one of declared) {
    const key = formatRef(refOf(one))
    const stored = found.get(key)
    const why = failed.get(key)
    // Only what the store has answered at last, and for as long as it may lag, counts as absent.
    const isAbsent = why?.failure.code === 'MISSING' && mayBeMissing(one)
    if (stored || isAbsent) values.push({ declared: one, stored })
    else if (why) diagnostics.push(describeUnfetched(one, why, settings))
  }
  return { values, diagnostics: [...diagnostics, ...mismatchedPairs(values).map(describeMismatch)] }
}

/** Whether the pod starts without the parameter. */
export function mayBeMissing({ declaration }: Declared): boolean {
  return isOptional(declaration) || defaultOf(declaration) !== undefined
}

/** What stands for a parameter that does not exist. */
export function defaultOf(declaration: StoredDeclaration): string | undefined {
  return declaration.what === 'resource' ? declaration.default : undefined
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
      why?.failure.code === 'ACCESS_DENIED' ||
      (why?.failure.code === 'MISSING' && !isDynamic(one) && !mayBeMissing(one))
    return why && isSure ? [describeUnfetched(one, why, settings)] : []
  })
}

export function refOf(declared: Declared): ValueRef {
  return isInSecretsManager(declared.declaration) ? secretRefOf(declared) : parameterRefOf(declared)
}

function secretRefOf({ declaration, parameter }: Declared): SecretRef {
  const { stage, versionId } = secretPinOf(declaration) ?? {}
  return {
    from: 'secretsmanager',
    name: parameter,
    ...(stage === undefined ? {} : { label: stage }),
    ...(versionId === undefined ? {} : { version: versionId }),
  }
}

function parameterRefOf({ declaration, parameter }: Declared): ParameterRef {
  const selector = selectorOf(declaration)
  return selector === undefined ? { name: parameter } : { name: parameter, selector }
}

/** The annotation of the private part, and both parameters. */
type Pair = { readonly annotation: string; readonly first: string; readonly second: string }

/** The key pairs of which this pod declares both parts, and whose parts do not match. */
export function mismatchedPairs(values: readonly FetchedValue[]): readonly Pair[] {
  const dynamic = new Map<string, SecretValue>()
  for (const { declared, stored } of values)
    if (stored && isDynamic(declared)) dynamic.set(declared.parameter, stored.value)
  return values.flatMap(({ declared, stored }) => {
    if (!stored || !isDynamic(declared)) return []
    const { type } = declared.declaration
    if (!isKey(type)) return []
    const [first, second] = groupOf(declared.declaration, declared.parameter).parts
    const publicValue = second && dynamic.get(second.parameter)
    if (publicValue === undefined || first?.parameter !== declared.parameter) return []
    if (matchPair(type, stored.value, publicValue) !== 'mismatch') return []
    return [{ annotation: declared.annotation, first: first.parameter, second: second?.parameter ?? '' }]
  })
}

function describeMismatch({ annotation, first, second }: Pair): InitDiagnostic {
  const message = `annotation ${annotation}: the stored parts of the key pair ${first} and ${second} do not match`
  const hint = 'if the private part is right, delete the public one: the creator creates it again'
  return { exit: exitCode.input, message, hint, fields: { annotation, code: 'MISMATCHED_PAIR' } }
}
