import { isMap } from '../../../api/json.ts'
import { isDeepStrictEqual } from 'node:util'
import { type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { didYouMean, closestWord } from '../../../api/suggest.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { Value } from '../../yaml/value.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { mountPathIn } from '../pod/effective-config.ts'
import { addParts, removeParts, setEntry } from '../pod/edit-list.ts'
import { validateDevices, validateNestedMounts } from '../pod/nested-mounts.ts'
import { mountsKey, noteEmpty, type PodInjection } from './pod-injection.ts'
import { type Part, partList, type PartList, staysOn } from '../pod/editable-pod.ts'

/** The containers that get the mount, and the option or annotation that chooses them. */
export type Chosen = { readonly names: readonly string[]; readonly by: string }

/**
 * Mounts the secrets into the other containers.
 *
 * @param chosen which of them; undefined: all. @returns the names of the containers that have the mount afterwards.
 */
export function addMounts(pod: PodInjection, chosen: Chosen | undefined): readonly string[] {
  const { editor, parts, config, injection, record, recorded, warnings, empty } = pod
  const { mount } = injection
  const recordedPath =
    (recorded.container && mountPathIn(recorded.container, record?.volumes[0])) ?? config.secretMountPath
  const others = otherContainers(pod)
  const names = others.map(({ name }) => name)
  for (const name of chosen?.names.filter((one) => !names.includes(one)) ?? []) {
    const { hint } = didYouMean(closestWord(name, names))
    const message = `${chosen?.by} names ${quote(name)}, which is not in the pod: the pod has ${names.join(', ')}`
    editor.refuse(message, hint)
  }
  const early = containersBefore(parts.initContainers.parts, recorded.container)
  const containers: string[] = []
  for (const container of others) {
    const { name, node } = container
    const isChosen = chosen === undefined || chosen.names.includes(name)
    if (!isChosen && record?.mounts.includes(name) !== true) continue
    const list = partList(editor, node, 'volumeMounts', `${parts.where} container ${name}`)
    const ours = record && recordedMount(list, name, record, recordedPath)
    const rival = list.parts.find((one) => one !== ours && mountPathOf(one) === config.secretMountPath)
    if (ours && (rival || !isChosen)) removeParts(editor, list, [ours], empty.get(mountsKey(name)))
    if (!isChosen) continue
    if (rival) {
      if (isDeepStrictEqual(rival.value, mount)) containers.push(name)
      else if (rival.name !== config.secretVolumeName) warnings.push(hidden(name, rival, config))
      continue
    }
    containers.push(name)
    const theirs = list.parts.filter((one) => one !== ours)
    const nested = validateNestedMounts(name, theirs, parts.volumes.parts, config.secretMountPath)
    const devices = validateDevices(container, config.secretMountPath)
    for (const { message, hint } of [...nested, ...devices]) editor.refuse(message, hint)
    if (early.includes(name)) warnings.push(tooEarly(name, config))
    if (ours) for (const key of ['mountPath', 'name']) setEntry(editor, ours.node, key, mount[key])
    else {
      noteEmpty(pod, mountsKey(name), list)
      addParts(editor, list, [mount], 'last')
    }
  }
  return containers
}

/** All that are not ours, neither before nor after. */
export function otherContainers({
  parts: { initContainers, containers },
  config,
  injection,
  record,
}: PodInjection): Part[] {
  const ours = [
    record?.container,
    record?.refresher,
    config.containerName,
    injection.refresher && config.refreshContainerName,
  ]
  return [...initContainers.parts, ...containers.parts].filter(({ name }) => !ours.includes(name))
}

/**
 * The init containers that complete before ours starts: kustomize puts an init container that a patch adds before the
 * existing ones. A native sidecar keeps running.
 */
function containersBefore(parts: readonly Part[], container: Part | undefined): string[] {
  const before = container ? parts.slice(0, parts.indexOf(container)) : []
  return before.filter(({ value }) => !staysOn(value)).map(({ name }) => name)
}

/** A container may also mount the volume at another path, which is not ours. */
export function recordedMount(
  mounts: PartList,
  container: string,
  { mounts: recorded, volumes }: InjectionRecord,
  path: string,
): Part | undefined {
  if (!recorded.includes(container)) return undefined
  return mounts.parts.find((one) => one.name === volumes[0] && mountPathOf(one) === path)
}

/** A slash at the end does not make it another path. */
function mountPathOf({ value }: Part): Value | undefined {
  const path = isMap(value) ? value['mountPath'] : undefined
  return typeof path === 'string' && path.endsWith('/') ? path.replace(/(?<=.)\/+$/, '') : path
}

function hidden(container: string, rival: Part, { secretMountPath }: InjectConfig): Diagnostic {
  const mounts = `mounts the volume ${rival.name} at ${secretMountPath}`
  return { message: `container ${quote(container)} ${mounts}, so it cannot read the secrets` }
}

function tooEarly(container: string, { containerName, annotationDomain }: InjectConfig): Diagnostic {
  return {
    message: `container ${quote(container)} runs before ${containerName}, so it cannot read the secrets`,
    hint: `move it after ${containerName}, or list the containers that need the secrets in init.${annotationDomain}/containers`,
  }
}
