/**
 * The record of what inject-init added to a workload, in the annotation `kees.bsycorp.com/injected` on the workload's
 * own metadata. It distinguishes our container, volumes and mounts from those of others that happen to have the same name.
 *
 *     {"container":"init-container","volumes":["secret-volume","annotations"],"mounts":["app"]}
 *
 * Of a kind with several pod templates it is a list of such objects, each with the key of its `template`.
 *
 * An injection with environment variables names its volumes, so that an inject-init that does not know them finds no record it can
 * read, changes nothing, and names this annotation:
 *
 *     {…,"volumes":{"secret":"secret-volume","annotations":"annotations","env":"env-volume"},"env":{"app":["DB_URL"]},…}
 */
import { isMap, mapOf } from '../../api/json.ts'
import { injectedAnnotation } from '../../api/declaration/annotation-domain.ts'
import { quote } from '../../api/diagnostic.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'

export type InjectionRecord = {
  readonly container: string
  /** Present where a sidecar keeps the files current. */
  readonly refresher?: string
  /** Those of the secrets, of the annotations and, if there is one, of the file of variables. */
  readonly volumes: readonly string[]
  /** The containers that got the secrets mounted, in the order of the pod. */
  readonly mounts: readonly string[]
  /** Present when a configuration named the containers that get the mount. */
  readonly containers?: readonly string[]
  /** The environment variables that were added, by container. Present with the third volume. */
  readonly env?: Readonly<Record<string, readonly string[]>>
  /**
   * The source of lists and maps that were there but empty, such as ` []`, to be restored when the injection is removed: of
   * `initContainers`, `volumes`, `volumeMounts/<container>`, `env/<container>`, and of the object's own `annotations`. Absent when there were none.
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
    const { template, ...rest } = mapOf(one)
    const key = Array.isArray(value) ? template : ''
    const unknown = Object.keys(rest).find((name) => !known.has(name))
    if (unknown !== undefined) return newer(unknown)
    const record = recordFrom(rest)
    if (!record || typeof key !== 'string') return unreadable
    records.set(key, record)
  }
  return { value: records }
}

const known = new Set(['container', 'refresher', 'volumes', 'mounts', 'containers', 'env', 'empty'])

/** To read it without what is not known would lose what a newer inject-init added. */
function newer(key: string): Parsed<never> {
  return invalid(
    `annotation ${injectedAnnotation}: ${quote(key)} is not known: a newer inject-init wrote this record`,
    'use that version of inject-init, or a later one',
  )
}

/** The variables that were added to a container, whatever its name. */
export function recordedVariables(record: InjectionRecord | undefined, container: string): readonly string[] {
  return record?.env !== undefined && Object.hasOwn(record.env, container)
    ? (record.env[container] ?? [])
    : []
}

function ordered(record: InjectionRecord): Readonly<Record<string, unknown>> {
  const { container, refresher, volumes, mounts, containers, env, empty } = record
  const [secret, annotations, third] = volumes
  return {
    container,
    ...(refresher === undefined ? {} : { refresher }),
    volumes: third === undefined ? volumes : { secret, annotations, env: third },
    mounts,
    ...(containers === undefined ? {} : { containers }),
    ...(env === undefined ? {} : { env }),
    ...(empty === undefined || Object.keys(empty).length === 0 ? {} : { empty }),
  }
}

function recordFrom(value: Readonly<Record<string, unknown>>): InjectionRecord | undefined {
  const { container, refresher, volumes: given, mounts, containers, env, empty } = value
  const volumes = isNames(given) ? given : namedVolumes(given)
  if (typeof container !== 'string' || !volumes || !isNames(mounts)) return undefined
  if (containers !== undefined && !isNames(containers)) return undefined
  if (refresher !== undefined && typeof refresher !== 'string') return undefined
  if (env !== undefined && !areVariables(env)) return undefined
  if (empty !== undefined && !areEmptySources(empty)) return undefined
  return {
    container,
    volumes,
    mounts,
    ...(refresher === undefined ? {} : { refresher }),
    ...(containers === undefined ? {} : { containers }),
    ...(env === undefined ? {} : { env }),
    ...(empty === undefined ? {} : { empty }),
  }
}

function namedVolumes(value: unknown): readonly string[] | undefined {
  const { secret, annotations, env, ...rest } = mapOf(value)
  const names = [secret, annotations, env]
  return isNames(names) && Object.keys(rest).length === 0 ? names : undefined
}

function areVariables(value: unknown): value is Readonly<Record<string, readonly string[]>> {
  return isMap(value) && Object.values(value).every(isNames)
}

function areEmptySources(value: unknown): value is Readonly<Record<string, string>> {
  return isMap(value) && Object.values(value).every((one) => typeof one === 'string' && isEmptySource(one))
}

/** Whether it is YAML for an empty value and nothing else: it is written into manifests, and anybody may write a record. */
export function isEmptySource(text: string): boolean {
  return /^[ \t\r\n]*(null|~|\[[ \t\r\n]*\]|\{[ \t\r\n]*\})?$/.test(text)
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
