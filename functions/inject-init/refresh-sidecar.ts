import { isMap } from '../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import type { Value, ValueMap } from '../yaml/value.ts'
import { collision } from './collision.ts'
import type { InjectConfig } from './inject-config.ts'
import { listIn } from './effective-config.ts'
import { containerOptions } from './init-container.ts'
import { removeParts } from './edit-list.ts'
import type { PodInjection } from './pod-injection.ts'
import type { Part } from './editable-pod.ts'
import { isStale, updateContainer } from './update-injection.ts'

/**
 * The edits that bring the sidecar up to date, which keeps the files current, or take it out; or what is to be added
 * behind the init container. @param init the init container that is there.
 */
export function editRefreshSidecar(
  pod: PodInjection,
  init: Part | undefined,
): { readonly edits: readonly SourceEdit[]; readonly added: readonly ValueMap[] } {
  const { parts, config, errors } = pod
  const { refresher: wanted } = pod.injection
  const { refresher: recorded } = pod.recorded
  const { document, initContainers, containers } = parts
  if (!wanted) return { edits: recorded ? removeParts(document, initContainers, [recorded]) : [], added: [] }
  const name = config.refreshContainerName
  const fresh = init ? likeFound(wanted, init.value, config) : wanted
  const namesake = [...initContainers.parts, ...containers.parts].find((one) => one.name === name)
  if (namesake && namesake !== recorded && namesake !== init) {
    const isEqual = initContainers.parts.includes(namesake) && isDeepStrictEqual(namesake.value, fresh)
    if (recorded || !isEqual) errors.push(collision(`the container ${name}`, 'refreshContainerName'))
    return { edits: [], added: [] }
  }
  if (!recorded) return { edits: [], added: [fresh] }
  return { edits: updateContainer(pod, recorded, wanted), added: [] }
}

/**
 * A new sidecar beside an init container that an earlier configuration, or a parent, has made what it is: what ours does
 * not set explicitly is as it is there.
 */
function likeFound(wanted: ValueMap, found: Value, config: InjectConfig): ValueMap {
  if (!isMap(found)) return wanted
  const like: Record<string, Value> = { ...wanted }
  for (const [key, option] of Object.entries(containerOptions)) {
    const value = found[key]
    if (value !== undefined && !config.explicit.has(option)) like[key] = value
  }
  const own = listIn(wanted, 'env')
  const stale = isStale(wanted, config)
  const kept = listIn(found, 'env')
    .filter((one) => !stale(one))
    .map((one) => own.find(({ name }) => name === one['name']) ?? one)
  const more = own.filter(({ name }) => kept.every((one) => one['name'] !== name))
  return { ...like, env: [...kept, ...more] }
}
