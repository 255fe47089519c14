/** Which of the values that `kees import` read are stored, under which name and in which order. Pure: the store is not asked. */
import { isInSecretsManager, selectorOf, type StoredDeclaration } from '../../api/declaration/declaration.ts'
import { type Group, groupOf } from '../../api/declaration/group.ts'
import { exitCode } from '../../api/exit-code.ts'
import { isDynamic } from '../../api/pod/pod-annotations.ts'
import type { Parsed } from '../../api/parsed.ts'
import { errorsOf, type Result } from '../../functions/krm/result.ts'
import type { Workload } from '../../functions/workload/workload.ts'
import { partsMatch } from '../../runtime/groups/verify-group.ts'
import { secretValue, type SecretValue } from '../../runtime/secret-value.ts'
import { decodeBase64, textOf } from '../../api/decode-base64.ts'
import { checkValue } from '../check-value.ts'
import type { NamedValue } from './parse-values.ts'

export type ImportedValue = { readonly parameter: string; readonly value: SecretValue }

type ImportPlan = {
  /** The values that belong together, in the order in which each can be derived from those before it. */
  readonly units: readonly (readonly ImportedValue[])[]
  /** Errors of values. */
  readonly results: readonly Result[]
  /** Declared, and not stored because of an error: in no unit. */
  readonly refused: readonly string[]
  /** In the input alone. */
  readonly undeclared: readonly string[]
  /** In the manifests alone. */
  readonly absent: readonly string[]
}

/** Of a SecureString in the advanced tier, in bytes. */
const maxValueSize = 8192

/** Everything that the manifests say about one parameter. */
type Target = {
  readonly declarations: StoredDeclaration[]
  /** Those that read its newest version. */
  readonly readers: Set<Workload>
}

/** @param decode whether the values that the Java kees stored in base64 are decoded. */
export async function planImport(
  workloads: readonly Workload[],
  values: readonly NamedValue[],
  decode: boolean,
): Promise<ImportPlan> {
  const targets = targetsOf(workloads)
  const groups = groupsOf(workloads)
  const given = new Map(values.map(({ parameter, value }) => [parameter, value]))
  const declared = parametersOf(workloads)
  const results: Result[] = []
  const units: ImportedValue[][] = []
  const refused: string[] = []
  const planned = new Set<string>()
  for (const parameter of declared) {
    if (planned.has(parameter)) continue
    const group = groups.get(parameter)
    const parameters = group?.parts.map((part) => part.parameter) ?? [parameter]
    const unit: ImportedValue[] = []
    const wrong: Result[] = []
    for (const one of parameters) {
      planned.add(one)
      const stored = given.get(one)
      if (stored === undefined) continue
      const target = targets.get(one) ?? targets.get(parameter)
      const { value, note, error } = shape(one, stored, decode && target !== undefined && isEncoded(target))
      if (note) results.push(note)
      if (error) wrong.push(error)
      if (!value) continue
      unit.push({ parameter: one, value })
      wrong.push(...(await unusable(one, value, targets.get(one))))
    }
    if (group) wrong.push(...judgeParts(group, unit))
    if (wrong.length > 0) refused.push(...parameters.filter((one) => given.has(one)))
    else if (unit.length > 0) units.push(unit)
    results.push(...wrong)
  }
  return {
    units,
    results,
    refused,
    undeclared: [...given.keys()].filter((name) => !declared.has(name)),
    absent: [...targets.keys()].filter((name) => !given.has(name)),
  }
}

/** Those that the workloads declare, with the other parts of their groups. */
export function parametersOf(workloads: readonly Workload[]): ReadonlySet<string> {
  return new Set([...targetsOf(workloads).keys(), ...groupsOf(workloads).keys()])
}

function targetsOf(workloads: readonly Workload[]): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>()
  for (const workload of workloads)
    for (const { declaration, parameter } of workload.pod.declared) {
      if (isInSecretsManager(declaration)) continue
      const target: Target = targets.get(parameter) ?? { declarations: [], readers: new Set() }
      targets.set(parameter, target)
      target.declarations.push(declaration)
      if (selectorOf(declaration) === undefined) target.readers.add(workload)
    }
  return targets
}

/** By each of their parts, of which the manifests may declare one alone. */
function groupsOf(workloads: readonly Workload[]): ReadonlyMap<string, Group> {
  const groups = workloads
    .flatMap(({ pod }) => pod.declared)
    .filter(isDynamic)
    .map(({ declaration, parameter }) => groupOf(declaration, parameter))
  return new Map(groups.flatMap((group) => group.parts.map((part) => [part.parameter, group])))
}

/**
 * Whether the Java kees stored base64 of the value that the app wants. Keys and random bytes are base64 here too, and where a declaration decodes,
 * the value stays as it is.
 */
function isEncoded({ declarations }: Target): boolean {
  return declarations.every((one) => {
    if (one.what === 'secret' && one.type !== 'PASSWORD' && one.type !== 'TEXT') return false
    return !('decode' in one && one.decode !== undefined)
  })
}

/** A note is an error that keeps nothing from being stored. */
type Shaped = { readonly value?: SecretValue; readonly note?: Result; readonly error?: Result }

/** The value as it is stored. What cannot be decoded is left as it is, and reported: whether it is stored is decided later. */
function shape(parameter: string, given: SecretValue, decode: boolean): Shaped {
  const text = given.reveal()
  const decoded: Parsed<Buffer> | undefined = decode ? decodeBase64(text) : undefined
  const read: Parsed<string> = decoded?.value ? textOf(decoded.value) : (decoded ?? { value: text })
  const value = read.value ?? text
  const size = Buffer.byteLength(value)
  const refuse = (message: string, hint: string): Shaped => ({
    error: failed(parameter, `${message}: it was not stored`, hint),
  })
  if (value === '') return refuse('is empty', 'Parameter Store has no empty values: declare it without one')
  if (size > maxValueSize)
    return refuse(
      `has ${size} bytes, SSM allows at most ${maxValueSize}`,
      'keep it in Secrets Manager, and declare from=secretsmanager',
    )
  const [wrong] = read.diagnostics ?? []
  if (!wrong) return { value: secretValue(value) }
  const hint = decoded?.value
    ? 'declare decode=base64 with file, which delivers the bytes'
    : 'if it is base64 in part, correct it by kees put --overwrite'
  return {
    value: secretValue(value),
    note: failed(parameter, `${decoded?.value ? 'decoded ' : ''}${wrong.message}: it is left as it is`, hint),
  }
}

/** Why the workloads could not use it. */
async function unusable(
  parameter: string,
  value: SecretValue,
  target: Target | undefined,
): Promise<readonly Result[]> {
  return target && target.readers.size > 0 ? await checkValue([...target.readers], parameter, value) : []
}

/** Stored parts of a group are never replaced, and no creator corrects those that do not match. */
function judgeParts(group: Group, unit: readonly ImportedValue[]): Result[] {
  const [part, other] = unit
  const [first] = group.parts
  if (!part || !first) return []
  if (part.parameter !== first.parameter) {
    const hint =
      'add it, or remove the part: the creator derives it from one that is stored, or makes a new group'
    return [
      failed(part.parameter, `belongs to ${first.parameter}, which is not there: it was not stored`, hint),
    ]
  }
  if (!other || partsMatch(group, part.value, other.value)) return []
  const hint =
    group.type === 'RANDOM'
      ? 'kees stores one value under both names: give the secrets names with other endings'
      : 'remove the part that is wrong, or both: the creator derives a public key, and makes a new pair'
  return [failed(`${part.parameter} and of ${other.parameter}`, 'do not match: they were not stored', hint)]
}

function failed(subject: string, message: string, hint: string): Result {
  const [result] = errorsOf([{ message: `the value of ${subject} ${message}`, hint }], exitCode.input)
  if (!result) throw new TypeError('one diagnostic gives one result')
  return result
}
