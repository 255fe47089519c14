import { initVariables } from '../../../api/settings/init-env.ts'
import { isMap } from '../../../api/json.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { SourceMap } from '../../yaml/node.ts'
import { isVoid, ownEntry, type Value, type ValueMap } from '../../yaml/value.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { listIn } from '../pod/effective-config.ts'
import { addParts, removeParts, setEntry } from '../pod/edit-list.ts'
import { injectedVariables } from '../options/init-settings.ts'
import type { PodInjection } from './pod-injection.ts'
import { guaranteed, resourcesIn } from './pod-resources.ts'
import { type Part, partList, type PartList, staysOn } from '../pod/editable-pod.ts'
import { isEmptyDir, showsAnnotations } from '../../workload/injected-volumes.ts'
import { isSemanticallyEqual } from '../pod/semantic-equal.ts'

/** The variables that options and declarations decide; a stale value would contradict them. */
const governed = new Set(injectedVariables.flatMap(({ env, source }) => ('fieldPath' in source ? [] : [env])))

/**
 * Updates our container in what the configuration sets explicitly and in what init requires. The rest is not changed: it may
 * be a patch of a parent kustomization, or a retagged image.
 */
export function updateContainer(
  { editor, parts, config, record }: PodInjection,
  { node, value: found }: Part,
  wanted: ValueMap,
): void {
  const set = (key: string) => setEntry(editor, node, key, wanted[key])
  set('name')
  // With the wrong restartPolicy the kubelet would restart init for ever, or wait for ever for the sidecar to complete.
  if (staysOn(found) !== staysOn(wanted)) set('restartPolicy')
  if (config.explicit.has('image')) set('image')
  if (config.explicit.has('imagePullPolicy')) set('imagePullPolicy')
  if (config.explicit.has('refresh') && wanted['args'] !== undefined) set('args')
  if (config.explicit.has('containerResources')) set('resources')
  else if (config.keepQosClass) setRequests(editor, node, guaranteed(resourcesIn(found)))
  if (config.explicit.has('runAsUser')) setUser(editor, node, config.runAsUser)
  const path = `${parts.where}.initContainers`
  const env = partList(editor, node, 'env', path)
  updateEnv(editor, env, listIn(wanted, 'env'), isStale(wanted, config))
  const mounts = partList(editor, node, 'volumeMounts', path)
  updateMounts(editor, mounts, listIn(wanted, 'volumeMounts'), record?.volumes ?? [])
}

/** Only the requests, so that comments on the limits are kept. */
function setRequests(editor: Editor, node: SourceMap, resources: Value): void {
  if (!isMap(resources)) return
  const map = editor.mapAt(node, ['resources'])
  if (map) setEntry(editor, map, 'requests', resources['requests'])
}

/** @param user undefined: runAsUser is removed. */
function setUser(editor: Editor, node: SourceMap, user: number | undefined): void {
  const entry = ownEntry(node, 'securityContext')
  if (!entry || isVoid(entry.value)) {
    if (user !== undefined) setEntry(editor, node, 'securityContext', { runAsUser: user })
    return
  }
  const context = editor.mapAt(node, ['securityContext'])
  if (!context) return
  const isOnly = context.entries.every((one) => one === ownEntry(context, 'runAsUser'))
  if (user === undefined && isOnly) setEntry(editor, node, 'securityContext', undefined)
  else setEntry(editor, context, 'runAsUser', user)
}

/** @param volumes the recorded names of the volumes of the wanted mounts, in their order. */
function updateMounts(
  editor: Editor,
  mounts: PartList,
  wanted: readonly ValueMap[],
  volumes: readonly string[],
): void {
  const missing = wanted.filter((mount, index) => {
    const ours = mounts.parts.find(({ name }) => name === volumes[index])
    if (!ours || !mounts.list) return true
    if (isInTheWay(ours.value, index)) editor.replaceItem(mounts.list, ours.node, mount)
    else for (const key of ['mountPath', 'name']) setEntry(editor, ours.node, key, mount[key])
    return false
  })
  const gone = mounts.parts.filter(({ name }) => wanted.length < 3 && name === volumes[2])
  removeParts(editor, mounts, gone)
  addParts(editor, mounts, missing, 'last')
}

/** Init must find its file at the root of the second of its mounts, and must be able to write to the others. */
function isInTheWay(mount: Value, index: number): boolean {
  if (!isMap(mount)) return false
  const { subPath = '', subPathExpr = '', readOnly } = mount
  return subPath !== '' || subPathExpr !== '' || (index !== 1 && readOnly === true)
}

/**
 * Updates the name of a volume and, of an emptyDir, the medium and, of that of the secrets, the size limit if they are set explicitly. A volume of
 * another type is replaced.
 */
export function updateVolume(
  { editor, parts: { volumes }, config }: PodInjection,
  { node, value }: Part,
  wanted: ValueMap,
): void {
  const isOfUse = 'emptyDir' in wanted ? isEmptyDir(node) : showsAnnotations(node)
  if (!isOfUse && volumes.list) return editor.replaceItem(volumes.list, node, wanted)
  setEntry(editor, node, 'name', wanted['name'])
  const emptyDir = isMap(value) ? (value['emptyDir'] ?? null) : null
  if (!isMap(emptyDir) || !('emptyDir' in wanted)) return
  const next: Record<string, Value> = { ...emptyDir }
  if (config.explicit.has('medium')) {
    if (config.medium === '') delete next['medium']
    else next['medium'] = config.medium
  }
  const isOfSecrets = wanted['name'] === config.secretVolumeName
  if (config.explicit.has('sizeLimit') && isOfSecrets) next['sizeLimit'] = config.sizeLimit
  setEntry(editor, node, 'emptyDir', next)
}

/** An environment variable that an earlier configuration needed and this one contradicts. */
export function isStale(container: Value, { explicit, env }: InjectConfig): (found: Value) => boolean {
  const wanted = new Set(listIn(container, 'env').map(({ name }) => name))
  const hasVariables = listIn(container, 'volumeMounts').length > 2
  const byUser = new Set(explicit.has('env') ? env.map(({ name }) => name) : [])
  return (found) => {
    const name = isMap(found) ? found['name'] : undefined
    if (typeof name !== 'string' || wanted.has(name) || byUser.has(name)) return false
    // The kubelet would look elsewhere.
    return governed.has(name) || (hasVariables && name === initVariables.envFile.env)
  }
}

/** Adds and corrects the wanted variables, and removes the stale ones. */
function updateEnv(
  editor: Editor,
  env: PartList,
  wanted: readonly ValueMap[],
  stale: (found: Value) => boolean,
): void {
  const { list, entry } = env
  if (!list || !entry) return addParts(editor, env, wanted, 'last')
  if (env.parts.every(({ value }) => stale(value))) return editor.replaceValue(env.map, entry, wanted)
  for (const item of wanted) {
    // Of two with one name, Kubernetes takes the last one.
    const found = env.parts.findLast(({ name }) => name === item['name'])
    if (!found) editor.addItem(list, item, 'last')
    else if (!isSemanticallyEqual(found.value, item)) editor.replaceItem(list, found.node, item)
  }
  const gone = env.parts.filter(({ value }) => stale(value)).map(({ node }) => node)
  editor.removeItems(list, gone)
}
