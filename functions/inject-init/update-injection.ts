import { isMap } from '../../api/json.ts'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import { editableMap } from '../yaml/edit-target.ts'
import { addItem, removeItems, replaceItem, replaceValue } from '../yaml/edit.ts'
import type { SourceDocument, SourceMap } from '../yaml/node.ts'
import { isVoid, ownEntry, type Value, type ValueMap } from '../yaml/value.ts'
import type { ListStyle } from '../yaml/stringify.ts'
import type { InjectConfig } from './inject-config.ts'
import { listIn } from './effective-config.ts'
import { addParts, setEntry } from './edit-list.ts'
import { injectedVariables } from './init-settings.ts'
import type { PodInjection } from './pod-injection.ts'
import { type Part, partList, type PartList, staysOn } from './editable-pod.ts'
import { isEmptyDir, showsAnnotations } from '../workload/injected-volumes.ts'
import { isSemanticallyEqual } from './semantic-equal.ts'

/** What the options decide; a stale value would contradict them. */
const governed = new Set(injectedVariables.flatMap(({ env, source }) => ('option' in source ? [env] : [])))

/**
 * Brings our container up to date in what the configuration sets explicitly and in what init cannot do without. The
 * rest stays as found: a parent's patch, a retagged image.
 */
export function updateContainer(
  { parts, config, record, errors }: PodInjection,
  { node, value: found }: Part,
  wanted: ValueMap,
): SourceEdit[] {
  const { document, lists, where } = parts
  const edits: SourceEdit[] = []
  const set = (map: SourceMap, key: string, value: Value | undefined) =>
    edits.push(...setEntry(document, map, key, value, lists))
  set(node, 'name', wanted['name'])
  // As a sidecar init would begin again and again, and no sidecar would be waited for for ever.
  if (staysOn(found) !== staysOn(wanted)) set(node, 'restartPolicy', wanted['restartPolicy'])
  if (config.explicit.has('image')) set(node, 'image', wanted['image'])
  if (config.explicit.has('imagePullPolicy')) set(node, 'imagePullPolicy', wanted['imagePullPolicy'])
  if (config.explicit.has('refresh') && wanted['args'] !== undefined) set(node, 'args', wanted['args'])
  if (config.explicit.has('containerResources')) set(node, 'resources', wanted['resources'])
  if (config.explicit.has('runAsUser')) {
    const { runAsUser } = config
    const entry = ownEntry(node, 'securityContext')
    if (!entry || isVoid(entry.value)) {
      if (runAsUser !== undefined) set(node, 'securityContext', { runAsUser })
    } else {
      const context = editableMap(document, node, ['securityContext'], errors)
      const isOnly = context?.entries.every((one) => one === ownEntry(context, 'runAsUser'))
      if (context && runAsUser === undefined && isOnly) set(node, 'securityContext', undefined)
      else if (context) set(context, 'runAsUser', runAsUser)
    }
  }
  const path = `${where}.initContainers`
  const env = partList(document, node, 'env', path, errors)
  edits.push(...updateEnv(document, env, listIn(wanted, 'env'), lists, isStale(wanted, config)))
  const mounts = partList(document, node, 'volumeMounts', path, errors)
  const missing = listIn(wanted, 'volumeMounts').filter((mount, index) => {
    const ours = mounts.parts.find(({ name }) => name === record?.volumes[index])
    if (!ours || !mounts.list) return true
    if (isInTheWay(ours.value, index)) edits.push(replaceItem(document, mounts.list, ours.node, mount, lists))
    else for (const key of ['mountPath', 'name']) set(ours.node, key, mount[key])
    return false
  })
  return [...edits, ...addParts(document, mounts, 'volumeMounts', missing, 'last', lists)]
}

/** Init has to write into the first of its mounts, and to find what it reads at the top of the second. */
function isInTheWay(mount: Value, index: number): boolean {
  if (!isMap(mount)) return false
  const { subPath = '', subPathExpr = '', readOnly } = mount
  return subPath !== '' || subPathExpr !== '' || (index === 0 && readOnly === true)
}

/**
 * The volume's name; and of the secret volume medium and size limit, where they are set explicitly. One of another sort
 * gives way to ours.
 */
export function updateVolume(
  { parts: { document, lists, volumes }, config }: PodInjection,
  { node, value }: Part,
  wanted: ValueMap,
): SourceEdit[] {
  const isOfUse = 'emptyDir' in wanted ? isEmptyDir(node) : showsAnnotations(node)
  if (!isOfUse && volumes.list) return [replaceItem(document, volumes.list, node, wanted, lists)]
  const edits = setEntry(document, node, 'name', wanted['name'], lists)
  const emptyDir = isMap(value) ? (value['emptyDir'] ?? null) : null
  if (!isMap(emptyDir) || !('emptyDir' in wanted)) return edits
  const next: Record<string, Value> = { ...emptyDir }
  if (config.explicit.has('medium')) {
    if (config.medium === '') delete next['medium']
    else next['medium'] = config.medium
  }
  if (config.explicit.has('sizeLimit')) next['sizeLimit'] = config.sizeLimit
  return [...edits, ...setEntry(document, node, 'emptyDir', next, lists)]
}

/** An environment variable that an earlier configuration needed and this one contradicts. */
export function isStale(container: Value, { explicit, env }: InjectConfig): (found: Value) => boolean {
  const wanted = new Set(listIn(container, 'env').map(({ name }) => name))
  const byUser = new Set(explicit.has('env') ? env.map(({ name }) => name) : [])
  return (found) => {
    const name = isMap(found) ? found['name'] : undefined
    return typeof name === 'string' && governed.has(name) && !wanted.has(name) && !byUser.has(name)
  }
}

/** Adds and corrects the wanted variables, and takes the stale ones out. */
function updateEnv(
  document: SourceDocument,
  env: PartList,
  wanted: readonly ValueMap[],
  lists: ListStyle,
  stale: (found: Value) => boolean,
): SourceEdit[] {
  const { list, entry } = env
  if (!list || !entry) return addParts(document, env, 'env', wanted, 'last', lists)
  if (env.parts.every(({ value }) => stale(value)))
    return replaceValue(document, env.map, entry, wanted, lists)
  const edits: SourceEdit[] = []
  for (const item of wanted) {
    const found = env.parts.find(({ name }) => name === item['name'])
    if (!found) edits.push(addItem(document, list, item, 'last', lists))
    else if (!isSemanticallyEqual(found.value, item))
      edits.push(replaceItem(document, list, found.node, item, lists))
  }
  const gone = env.parts.filter(({ value }) => stale(value)).map(({ node }) => node)
  return [...edits, ...removeItems(document, list, gone)]
}
