import { isMap } from '../../api/json.ts'
import type { Parsed } from '../../api/parsed.ts'
import { exitCode } from '../../api/exit-code.ts'
import { applyEdits } from '../yaml/apply-edits.ts'
import type { InjectionRecords } from '../workload/injection-record.ts'
import type { Result } from '../krm/result.ts'
import type { ManifestItem } from '../krm/manifest-item.ts'
import { parseSource } from '../yaml/parse.ts'
import { toValue, type Value } from '../yaml/value.ts'
import type { Workload } from '../workload/workload.ts'
import type { InjectConfig } from './inject-config.ts'
import { describeChanges } from './describe-changes.ts'
import { injectObject } from './inject-object.ts'
import type { Change } from './change.ts'

export type InjectionChanges = {
  /** By the key of the pod template; none where injection changes nothing but its record. */
  readonly changes: ReadonlyMap<string, readonly Change[]>
  /** Errors among them: it cannot be injected, and no changes are known. */
  readonly results: readonly Result[]
}

/**
 * What injection would change in an object, in words. It is injected to find out, so that there is one idea of an
 * injection as it should be; as plain JSON, because here an alias or a merge key is in nobody's way.
 *
 * @param workloads of the object. @param records what is known of their injections.
 */
export function injectionChanges(
  item: ManifestItem,
  workloads: readonly Workload[],
  records: InjectionRecords | undefined,
  config: InjectConfig,
): InjectionChanges {
  if (workloads.length === 0) return { changes: new Map(), results: [] }
  // Most are as they should be, and nothing has to be written anew to say so.
  const asIs = injectObject(item, workloads, records, config)
  if (asIs.edits.length === 0 && asIs.results.length === 0) return { changes: new Map(), results: [] }
  const before = toValue(item.root)
  const { value: plain, problem } = readPlain(JSON.stringify(before), item)
  if (problem !== undefined) {
    const message = `cannot be judged: it ${problem}`
    return {
      changes: new Map(),
      results: [{ severity: 'error', message, object: item.object, exit: exitCode.input }],
    }
  }
  const plainly = workloads.map((one) => ({ ...one, item: plain }))
  const { edits, results, records: next } = injectObject(plain, plainly, records, config)
  const changes = new Map<string, readonly Change[]>()
  if (edits.length === 0) return { changes, results }
  const injected = readPlain(applyEdits(plain.document.source, edits), item)
  if (injected.problem !== undefined) throw new Error(`what was injected ${injected.problem}`)
  const after = toValue(injected.value.root)
  for (const { template, pod } of workloads) {
    const { key, path } = template
    const added = next.get(key)
    if (!added) continue
    const [is, becomes] = [specAt(before, path), specAt(after, path)]
    const described = describeChanges(is, becomes, records?.get(key), {
      settings: pod.settings,
      next: added,
      nameOption: config.nameOption,
    })
    if (described.length > 0) changes.set(key, described)
  }
  return { changes, results }
}

/** Problems are such as aliases that nest deeper than anything may be nested. */
function readPlain(json: string, { object }: ManifestItem): Parsed<ManifestItem> {
  const { documents, problem } = parseSource(json)
  if (problem !== undefined) return { problem }
  const [document] = documents
  if (document?.root.type !== 'map') throw new Error('an object is no map any more')
  return { value: { document, root: document.root, object } }
}

function specAt(root: Value, path: readonly (string | number)[]): Value {
  return [...path, 'spec'].reduce<Value>((value, step) => {
    if (typeof step === 'number') return Array.isArray(value) ? (value[step] ?? null) : null
    return isMap(value) ? (value[step] ?? null) : null
  }, root)
}
