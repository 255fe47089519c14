/**
 * The record of what inject-init added to a workload, in the annotation `kees.bsycorp.com/injected` on the workload's
 * own metadata. It distinguishes our container, volumes and mounts from those of others that happen to have the same name.
 *
 *     {"container":"init-container","volumes":["secret-volume","annotations"],"mounts":["app"]}
 *
 * Of a kind with several pod templates it is a list of such objects, each with the key of its `template`.
 */
import { isMap, mapOf } from '../../api/json.ts'
import { injectedAnnotation } from '../../api/annotation-domain.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'

export type InjectionRecord = {
  readonly container: string
  /** Present where a sidecar keeps the files current. */
  readonly refresher?: string
  readonly volumes: readonly string[]
  /** The containers that got the secrets mounted, in the order of the pod. */
  readonly mounts: readonly string[]
  /** Present when a configuration named the containers that get the mount. */
  readonly containers?: readonly string[]
  /**
   * The source of lists and maps that were there but empty, such as ` []`, to be restored when the injection is removed: of
   * `initContainers`, `volumes`, `volumeMounts/<container>`, and of the object's own `annotations`. Absent when there were none.
   */
  readonly empty?: Readonly<Record<string, string>>
}

/** By the key of the pod template. */
export type InjectionRecords = ReadonlyMap<string, InjectionRecord>

/** @param records at least one. */
export function formatRecords(records: InjectionRecords): string {
  const single = records.get('')
  if (single) return JSON.stringify(ordered(single))
  return JSON.stringify([...records].map(([template, record]) => ({ template, ...ordered(record) })))
}

export function parseRecords(text: string): Parsed<InjectionRecords> {
  const unreadable = invalid(
    `annotation ${injectedAnnotation}: is not a record of inject-init`,
    'remove it and run inject-init again',
  )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return unreadable
    throw error
  }
  const records = new Map<string, InjectionRecord>()
  for (const one of Array.isArray(value) ? value : [value]) {
    const record = recordFrom(one)
    const template: unknown = Array.isArray(value) ? one?.template : ''
    if (!record || typeof template !== 'string') return unreadable
    records.set(template, record)
  }
  return { value: records }
}

function ordered({
  container,
  refresher,
  volumes,
  mounts,
  containers,
  empty,
}: InjectionRecord): InjectionRecord {
  return {
    container,
    ...(refresher === undefined ? {} : { refresher }),
    volumes,
    mounts,
    ...(containers === undefined ? {} : { containers }),
    ...(empty === undefined || Object.keys(empty).length === 0 ? {} : { empty }),
  }
}

function recordFrom(value: unknown): InjectionRecord | undefined {
  const { container, refresher, volumes, mounts, containers, empty } = mapOf(value)
  if (typeof container !== 'string' || !isNames(volumes) || !isNames(mounts)) return undefined
  if (containers !== undefined && !isNames(containers)) return undefined
  if (refresher !== undefined && typeof refresher !== 'string') return undefined
  if (empty !== undefined && !areEmptySources(empty)) return undefined
  return {
    container,
    volumes,
    mounts,
    ...(refresher === undefined ? {} : { refresher }),
    ...(containers === undefined ? {} : { containers }),
    ...(empty === undefined ? {} : { empty }),
  }
}

function areEmptySources(value: unknown): value is Readonly<Record<string, string>> {
  return isMap(value) && Object.values(value).every((one) => typeof one === 'string' && isEmptySource(one))
}

/** Whether it is YAML for an empty value and nothing else: it is written into manifests, and anybody may write a record. */
export function isEmptySource(text: string): boolean {
  return /^\s*(null|~|\[\s*\]|\{\s*\})?$/.test(text)
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
