/**
 * Who can read a file of init, as far as a manifest shows it. Linux looks at the permission bits of one class only: the owner, else the group,
 * else others. https://man7.org/linux/man-pages/man7/path_resolution.7.html
 */
import { isMap } from '../../../api/json.ts'
import type { Value } from '../../yaml/value.ts'

/** What a security context shows of a process; undefined where the image decides. */
export type Identity = {
  readonly user: number | undefined
  readonly group: number | undefined
  /** Of root: whether it may read every file. */
  readonly readsAll: boolean
}

/** The groups that all containers of a pod have. */
type PodGroups = {
  /** Also the group of the files in its volumes. */
  readonly fsGroup: number | undefined
  readonly supplemental: readonly number[]
}

/** @param pod the security context of the pod. @param container that of the container, which comes first. */
export function identityOf(pod: Value, container: Value): Identity {
  return {
    user: numberIn(container, 'runAsUser') ?? numberIn(pod, 'runAsUser'),
    group: numberIn(container, 'runAsGroup') ?? numberIn(pod, 'runAsGroup'),
    readsAll: readsAll(container),
  }
}

export function groupsOf(pod: Value): PodGroups {
  const groups = isMap(pod) ? pod['supplementalGroups'] : undefined
  return {
    fsGroup: numberIn(pod, 'fsGroup'),
    supplemental: Array.isArray(groups) ? groups.filter((one) => typeof one === 'number') : [],
  }
}

/** The end of a sentence about the reader; undefined where it may be readable, or where it is not known. */
export function whyUnreadable(
  mode: number,
  owner: Identity,
  reader: Identity,
  groups: PodGroups,
): string | undefined {
  if (owner.user === undefined || reader.user === undefined || owner.user === reader.user) return undefined
  if (reader.user === 0 && reader.readsAll) return undefined
  const isOpenToGroup = (mode & 0o040) !== 0
  const isOpenToOthers = (mode & 0o004) !== 0
  const isMember = isInGroup(owner, reader, groups)
  if (isMember === undefined ? isOpenToGroup || isOpenToOthers : isMember ? isOpenToGroup : isOpenToOthers)
    return undefined
  const without = reader.user === 0 ? ' without the capability DAC_OVERRIDE' : ''
  const users = `it runs as user ${reader.user}${without} and init as user ${owner.user}`
  const group = groups.fsGroup ?? owner.group
  if (isMember === true && isOpenToOthers) return `${users}, and the group of both, ${group}, may not read it`
  if (isMember === false && isOpenToGroup)
    return group === undefined
      ? `${users}, and the pod has no fsGroup`
      : `${users}, and it has the group ${reader.group} and the file the group ${group}`
  return users
}

/** Whether the reader has the group of the file: the fsGroup, or else the group of init. */
function isInGroup(owner: Identity, reader: Identity, groups: PodGroups): boolean | undefined {
  if (groups.fsGroup !== undefined) return true
  const known = new Set(
    reader.group === undefined ? groups.supplemental : [reader.group, ...groups.supplemental],
  )
  // In the image of init a user has the group of its number, or else 0. With nothing in the manifest, each image has a group of its own.
  if (owner.group === undefined) return known.has(owner.user ?? 0) || known.has(0) ? undefined : false
  if (known.has(owner.group)) return true
  return reader.group === undefined ? undefined : false
}

/**
 * Root has DAC_OVERRIDE unless it is dropped. containerd and CRI-O add and drop ALL first, then add single capabilities, then drop single ones, whatever the
 * case of the letters.
 */
function readsAll(container: Value): boolean {
  const context = isMap(container) ? container : {}
  if (context['privileged'] === true) return true
  const [add, drop] = ['add', 'drop'].map((key) => capabilitiesIn(context['capabilities'] ?? null, key))
  const has = (name: string, byDefault: boolean) => {
    if (drop?.has(name)) return false
    if (add?.has(name)) return true
    if (drop?.has('ALL')) return false
    return add?.has('ALL') || byDefault
  }
  return has('DAC_OVERRIDE', true) || has('DAC_READ_SEARCH', false)
}

function capabilitiesIn(capabilities: Value, key: string): ReadonlySet<string> {
  const list = isMap(capabilities) ? capabilities[key] : undefined
  const names = Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
  return new Set(names.map((one) => one.toUpperCase().replace(/^CAP_/, '')))
}

function numberIn(value: Value, key: string): number | undefined {
  const found = isMap(value) ? value[key] : undefined
  return typeof found === 'number' ? found : undefined
}
