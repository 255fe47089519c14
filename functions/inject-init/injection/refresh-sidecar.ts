import { isMap } from '../../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import type { Value, ValueMap } from '../../yaml/value.ts'
import { refuseCollision } from '../pod/collision.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { listIn } from '../pod/effective-config.ts'
import { containerOptions } from './init-container.ts'
import { removeParts } from '../pod/edit-list.ts'
import type { PodInjection } from './pod-injection.ts'
import { resourcesAfter } from './pod-resources.ts'
import type { Part } from '../pod/editable-pod.ts'
import { isStale, updateContainer } from './update-injection.ts'

/**
 * Updates the sidecar that keeps the files current, or removes it.
 *
 * @param init the existing init container. @returns the sidecar to add after the init container, if there is none.
 */
export function updateRefreshSidecar(pod: PodInjection, init: Part | undefined): readonly ValueMap[] {
  const { editor, parts, config } = pod
  const { refresher: wanted } = pod.injection
  const { refresher: recorded } = pod.recorded
  const { initContainers, containers } = parts
  if (!wanted) {
    if (recorded) removeParts(editor, initContainers, [recorded])
    return []
  }
  const name = config.refreshContainerName
  const fresh = init ? likeFound(wanted, init, config) : wanted
  const namesake = [...initContainers.parts, ...containers.parts].find((one) => one.name === name)
  if (namesake && namesake !== recorded && namesake !== init) {
    const isEqual = initContainers.parts.includes(namesake) && isDeepStrictEqual(namesake.value, fresh)
    if (recorded || !isEqual) refuseCollision(editor, `the container ${name}`, 'refreshContainerName')
    return []
  }
  if (!recorded) return [fresh]
  updateContainer(pod, recorded, wanted)
  return []
}

/**
 * A new sidecar beside an init container that an earlier configuration or a parent kustomization has changed: what this
 * configuration does not set explicitly is copied from that container.
 */
function likeFound(wanted: ValueMap, init: Part, config: InjectConfig): ValueMap {
  const found = init.value
  if (!isMap(found)) return wanted
  const like: Record<string, Value> = { ...wanted }
  for (const [key, option] of Object.entries(containerOptions)) {
    const value = found[key]
    if (value !== undefined && !config.explicit.has(option)) like[key] = value
  }
  if (found['resources'] !== undefined) like['resources'] = resourcesAfter(config, wanted, init)
  const own = listIn(wanted, 'env')
  const stale = isStale(wanted, config)
  const kept = listIn(found, 'env')
    .filter((one) => !stale(one))
    .map((one) => own.find(({ name }) => name === one['name']) ?? one)
  const more = own.filter(({ name }) => kept.every((one) => one['name'] !== name))
  return { ...like, env: [...kept, ...more] }
}
