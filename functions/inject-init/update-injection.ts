import { isDeepStrictEqual } from 'node:util'
import { initVariables } from '../../api/init-env.ts'
import type { SourceEdit } from '../apply-edits.ts'
import { editableMap, type Refusals } from '../editable.ts'
import {
  addEntry,
  addItem,
  removeEntries,
  removeItems,
  replaceItem,
  replaceValue,
} from '../source-edit.ts'
import type { SourceDocument, SourceMap } from '../source-node.ts'
import { ownEntry, toValue, type Value } from '../source-value.ts'
import type { ListStyle } from '../yaml-text.ts'
import { type InjectConfig, isMap } from './config.ts'
import type { Injection } from './init-container.ts'
import { listIn } from './effective-config.ts'
import { type Part, partList, type PartList } from './pod-parts.ts'

/** What the mounts and the domain decide; stale ones would contradict the mounts. */
const governed = new Set(
  (['annotationsFile', 'secretsFile', 'resourcesFile', 'annotationDomain', 'format'] as const).map(
    (key) => initVariables[key].env,
  ),
)

/**
 * Brings our container up to date in what the configuration sets explicitly and in what init cannot do without. The
 * rest stays as found: a parent's patch, a retagged image.
 */
export function updateContainer(
  document: SourceDocument,
  { node }: Part,
  config: InjectConfig,
  { container }: Injection,
  lists: ListStyle,
  where: string,
  refusals: Refusals,
): SourceEdit[] {
  const edits: SourceEdit[] = []
  const set = (map: SourceMap, key: string, value: Value | undefined) =>
    edits.push(...setEntry(document, map, key, value, lists))
  if (config.explicit.has('containerName')) set(node, 'name', container['name'])
  if (config.explicit.has('image')) set(node, 'image', container['image'])
  if (config.explicit.has('imagePullPolicy')) set(node, 'imagePullPolicy', container['imagePullPolicy'])
  if (config.explicit.has('containerResources')) set(node, 'resources', container['resources'])
  if (config.explicit.has('runAsUser')) {
    const context = editableMap(document, node, ['securityContext'], refusals)
    if (context) set(context, 'runAsUser', config.runAsUser)
  }
  const path = `${where}.initContainers`
  const env = partList(document, node, 'env', path, refusals)
  edits.push(
    ...updateList(document, env, 'env', 'name', listIn(container, 'env'), lists, isStale(container, config)),
  )
  const mounts = partList(document, node, 'volumeMounts', path, refusals)
  const wanted = listIn(container, 'volumeMounts')
  const ours = new Set(wanted.map((mount) => mount['mountPath']))
  const moved = (mount: Value) =>
    isMap(mount) && wanted.some(({ name }) => name === mount['name']) && !ours.has(mount['mountPath'] ?? '')
  edits.push(...updateList(document, mounts, 'volumeMounts', 'mountPath', wanted, lists, moved))
  return edits
}

/** Medium and size limit of the secret volume, where they are set explicitly. */
export function updateVolume(
  document: SourceDocument,
  { node, value }: Part,
  config: InjectConfig,
  wanted: { readonly [key: string]: Value },
  lists: ListStyle,
): SourceEdit[] {
  const emptyDir = isMap(value) ? (value['emptyDir'] ?? null) : null
  if (!isMap(emptyDir) || !('emptyDir' in wanted)) return []
  const next: Record<string, Value> = { ...emptyDir }
  if (config.explicit.has('medium')) {
    if (config.medium === '') delete next['medium']
    else next['medium'] = config.medium
  }
  if (config.explicit.has('sizeLimit')) next['sizeLimit'] = config.sizeLimit
  return setEntry(document, node, 'emptyDir', next, lists)
}

function setEntry(
  document: SourceDocument,
  map: SourceMap,
  key: string,
  value: Value | undefined,
  lists: ListStyle,
): SourceEdit[] {
  const entry = ownEntry(map, key)
  if (entry === undefined) return value === undefined ? [] : [addEntry(document, map, key, value, { lists })]
  if (value === undefined) return removeEntries(document, map, [entry])
  if (isDeepStrictEqual(toValue(entry.value), value)) return []
  return replaceValue(document, map, entry, value, lists)
}

/** An environment variable that an earlier configuration needed and this one contradicts. */
function isStale(container: Value, { explicit, env }: InjectConfig): (found: Value) => boolean {
  const wanted = new Set(listIn(container, 'env').map(({ name }) => name))
  const byUser = new Set(explicit.has('env') ? env.map(({ name }) => name) : [])
  return (found) => {
    const name = isMap(found) ? found['name'] : undefined
    return typeof name === 'string' && governed.has(name) && !wanted.has(name) && !byUser.has(name)
  }
}

/** Adds and corrects the wanted items of a list, told apart by a key, and takes the stale ones out. */
function updateList(
  document: SourceDocument,
  list: PartList,
  key: string,
  by: string,
  wanted: readonly { readonly [key: string]: Value }[],
  lists: ListStyle,
  stale: (found: Value) => boolean,
): SourceEdit[] {
  const source = list.list
  if (!source) {
    if (wanted.length === 0) return []
    if (list.entry) return replaceValue(document, list.map, list.entry, wanted, lists)
    return [addEntry(document, list.map, key, wanted, { lists })]
  }
  const edits: SourceEdit[] = []
  for (const item of wanted) {
    const found = list.parts.find(({ value }) => isMap(value) && value[by] === item[by])
    if (!found) edits.push(addItem(document, source, item, 'last', lists))
    else if (!isDeepStrictEqual(found.value, item))
      edits.push(replaceItem(document, source, found.node, item, lists))
  }
  const gone = list.parts.filter(({ value }) => stale(value)).map(({ node }) => node)
  return [...edits, ...removeItems(document, source, gone)]
}
