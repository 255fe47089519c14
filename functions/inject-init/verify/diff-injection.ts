import { isDeepStrictEqual } from 'node:util'
import { isMap } from '../../../api/json.ts'
import type { Parsed } from '../../../api/parsed.ts'
import { about, type Diagnostic } from '../../../api/diagnostic.ts'
import { exitCode } from '../../../api/exit-code.ts'
import { applyEdits } from '../../yaml/apply-edits.ts'
import type { InjectionRecord, InjectionRecords } from '../../workload/injection-record.ts'
import type { PodTemplate } from '../../workload/pod-template.ts'
import { errorsOf, type Result } from '../../krm/result.ts'
import type { ManifestItem } from '../../krm/manifest-item.ts'
import { parseSource } from '../../yaml/parse.ts'
import type { Path } from '../../yaml/edit-target.ts'
import { toValue, type Value } from '../../yaml/value.ts'
import type { Workload } from '../../workload/workload.ts'
import { describeDifference, type Expectation, isDelivered, namedPath } from './describe-difference.ts'
import { diffValues, type Step } from './diff-values.ts'
import { textIn } from '../pod/effective-config.ts'
import { findMovedVariable } from './find-moved-variable.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { injectedVariables } from '../options/init-settings.ts'
import { injectObject } from '../injection/inject-object.ts'

/** One field of an object that injection would change; the message, such as `missing`, follows the path. */
export type FieldDifference = Diagnostic & {
  /** Its path with the names of list items: `spec.template.spec.containers[app].volumeMounts[/secret]`. */
  readonly subject: string
  /** Its path with the positions of list items, as far as it is in the object. */
  readonly field: Path
  /** Whether init, or the app, works differently without it. */
  readonly matters: boolean
}

type InjectionDifferences = {
  /** By the key of the pod template; none where injection changes nothing but its record. */
  readonly differences: ReadonlyMap<string, readonly FieldDifference[]>
  /** Errors among them: it cannot be injected, and no differences are known. */
  readonly results: readonly Result[]
}

/**
 * What injection would change in an object. It is injected to find out, so there is one definition of a correct
 * injection; as plain JSON, in which no alias and no merge key prevents an edit.
 *
 * @param workloads of the object. @param records of their injections, as far as known.
 */
export function diffInjection(
  item: ManifestItem,
  workloads: readonly Workload[],
  records: InjectionRecords | undefined,
  config: InjectConfig,
): InjectionDifferences {
  const differences = new Map<string, readonly FieldDifference[]>()
  if (workloads.length === 0) return { differences, results: [] }
  // Most need no edits, and then nothing has to be written and parsed again.
  const asIs = injectObject(item, workloads, records, config)
  if (asIs.edits.length === 0 && asIs.results.length === 0) return { differences, results: [] }
  const before = toValue(item.root)
  const { value: plain, diagnostics } = parsePlain(JSON.stringify(before), item)
  if (diagnostics !== undefined) {
    const results = errorsOf(about('cannot be checked: it', diagnostics), exitCode.input, item.object)
    return { differences, results }
  }
  const copies = workloads.map((one) => ({ ...one, item: plain }))
  const { edits, results, records: next } = injectObject(plain, copies, records, config)
  if (edits.length === 0) return { differences, results }
  const injected = parsePlain(applyEdits(plain.document.source, edits), item)
  if (injected.diagnostics !== undefined)
    throw new Error(about('what was injected', injected.diagnostics)[0]?.message)
  const after = toValue(injected.value.root)
  for (const { template, pod } of workloads) {
    const { key, path } = template
    const record = next.get(key)
    if (!record) continue
    const expectation = { settings: pod.settings, config, record }
    const [found, expected] = [specAt(before, path), specAt(after, path)]
    const spec = [...stepsOf(template), 'spec']
    const fields = diffSpecs(found, expected, records?.get(key), expectation, spec)
    if (fields.length > 0) differences.set(key, fields)
  }
  return { differences, results }
}

function diffSpecs(
  found: Value,
  expected: Value,
  former: InjectionRecord | undefined,
  expectation: Expectation,
  spec: readonly Step[],
): FieldDifference[] {
  const { record } = expectation
  const renamed = [
    [record.container, former?.container],
    [record.refresher, former?.refresher],
    ...record.volumes.map((name, index) => [name, former?.volumes[index]]),
  ].flatMap(([name, before]): [string, string][] =>
    name === undefined || before === undefined ? [] : [[name, before]],
  )
  const fields = diffValues(found, expected, new Map(renamed)).map((one): FieldDifference => ({
    ...pathsOf([...spec, ...one.path]),
    message: describeDifference(one, expectation),
    matters: !(one.found === undefined && one.path.at(-2) === 'env' && isForMessages(one.expected)),
  }))
  if (fields.length > 0 || isDeepStrictEqual(found, expected)) return fields
  const moved = findMovedVariable(found, expected)
  if (moved) {
    const message = `must come before ${moved.reader}, which refers to it`
    return [{ ...pathsOf([...spec, ...moved.path]), message, matters: true }]
  }
  return [{ ...pathsOf(spec), message: 'differs from what inject-init would generate', matters: true }]
}

/** Whether init uses an environment variable in its messages alone. */
function isForMessages(variable: Value | undefined): boolean {
  const name = textIn(variable, 'name')
  return (
    !isDelivered(variable) &&
    injectedVariables.some(({ env, source }) => env === name && 'fieldPath' in source)
  )
}

/** The path of a template, with the names of list items. */
export function stepsOf({ path, key }: PodTemplate): Step[] {
  const names = key.split('/')
  return path.map((step) => (typeof step === 'number' ? { item: names.shift() ?? '', index: step } : step))
}

export function pathsOf(path: readonly Step[]): Pick<FieldDifference, 'subject' | 'field'> {
  const missing = path.findIndex((step) => typeof step !== 'string' && step.index === undefined)
  const found = missing < 0 ? path : path.slice(0, missing)
  const field = found.flatMap((step) => (typeof step === 'string' ? step : (step.index ?? [])))
  return { subject: namedPath(path), field }
}

/** Fails on aliases that nest deeper than the parser allows. */
function parsePlain(json: string, { object }: ManifestItem): Parsed<ManifestItem> {
  const { value: documents, diagnostics } = parseSource(json)
  if (diagnostics !== undefined) return { diagnostics }
  const [document] = documents
  if (document?.root.type !== 'map') throw new Error('the object is not a map any more')
  return { value: { document, root: document.root, object } }
}

function specAt(root: Value, path: readonly (string | number)[]): Value {
  return [...path, 'spec'].reduce<Value>((value, step) => {
    if (typeof step === 'number') return Array.isArray(value) ? (value[step] ?? null) : null
    return isMap(value) ? (value[step] ?? null) : null
  }, root)
}
