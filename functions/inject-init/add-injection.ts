import { isDeepStrictEqual } from 'node:util'
import type { SourceEdit } from '../apply-edits.ts'
import type { Refusals } from '../editable.ts'
import { addEntry, addItem, removeItems, replaceItem, replaceValue } from '../source-edit.ts'
import type { Value } from '../source-value.ts'
import type { Workload } from '../workload.ts'
import { type InjectConfig, isMap } from './config.ts'
import { effectiveConfig } from './effective-config.ts'
import { type Injection, injectionOf } from './init-container.ts'
import { type Part, partList, type PartList, type PodParts } from './pod-parts.ts'
import type { InjectionRecord } from '../injection-record.ts'
import { writeRecord } from './record-edit.ts'
import { updateContainer, updateVolume } from './update-injection.ts'

export type Added = {
  readonly edits: readonly SourceEdit[]
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
}

/**
 * Adds what is missing of an injection, brings up to date what the record says is ours, and adopts what equals ours.
 * What has one of our names and is neither is an error.
 */
export function addInjection(
  workload: Workload,
  parts: PodParts,
  given: InjectConfig,
  record: InjectionRecord | undefined,
): Added {
  const { settings } = workload.pod
  const recorded = record && parts.initContainers.parts.find(({ name }) => name === record.container)
  const config = record && recorded ? effectiveConfig(given, record, recorded) : given
  const injection = injectionOf(config, settings)
  const errors: Refusals = []
  const warnings: string[] = []

  const chosen = settings.containers ?? (config.containers.length > 0 ? config.containers : undefined)
  const mounts = mountsFor(parts, config, injection, record, chosen, { errors, warnings })
  const volumes = volumesFor(parts, config, injection, record, errors)
  const container = containerFor(parts, config, injection, recorded, errors)
  const wanted: InjectionRecord = {
    container: config.containerName,
    volumes: [config.secretVolumeName, config.annotationsVolumeName],
    mounts: mounts.containers,
    ...(config.containers.length > 0 ? { containers: config.containers } : {}),
  }
  const inPod = [
    ...mounts.edits,
    ...volumes.inside,
    ...container.inside,
    ...volumes.entry,
    ...container.entry,
  ]
  const edits = [...inPod, ...writeRecord(workload.item, wanted, parts.lists, errors)]
  return { edits: errors.length > 0 ? [] : edits, warnings, errors }
}

type Edits = { readonly inside: readonly SourceEdit[]; readonly entry: readonly SourceEdit[] }

function containerFor(
  { document, spec, where, lists, initContainers, containers }: PodParts,
  config: InjectConfig,
  injection: Injection,
  recorded: Part | undefined,
  errors: Refusals,
): Edits {
  const name = config.containerName
  const namesake = [...initContainers.parts, ...containers.parts].find((one) => one.name === name)
  if (namesake && namesake !== recorded) {
    const adopted =
      initContainers.parts.includes(namesake) && isDeepStrictEqual(namesake.value, injection.container)
    if (!adopted) errors.push(collision(`the container ${name}`, 'containerName'))
    return { inside: [], entry: [] }
  }
  if (recorded) {
    return { inside: updateContainer(document, recorded, config, injection, lists, where, errors), entry: [] }
  }
  return addPart(document, initContainers, 'initContainers', injection.container, 'first', { spec, lists })
}

function volumesFor(
  parts: PodParts,
  config: InjectConfig,
  injection: Injection,
  record: InjectionRecord | undefined,
  errors: Refusals,
): Edits {
  const { document, spec, lists, volumes } = parts
  const inside: SourceEdit[] = []
  const missing: Value[] = []
  const names = [config.secretVolumeName, config.annotationsVolumeName]
  injection.volumes.forEach((volume, index) => {
    const name = names[index]
    const ours = volumes.parts.find((one) => one.name === record?.volumes[index])
    const namesake = volumes.parts.find((one) => one.name === name)
    if (namesake && namesake !== ours) {
      const option = index === 0 ? 'secretVolumeName' : 'annotationsVolumeName'
      if (!isDeepStrictEqual(namesake.value, volume)) errors.push(collision(`the volume ${name}`, option))
    } else if (ours && ours.name !== name && volumes.list) {
      inside.push(replaceItem(document, volumes.list, ours.node, volume, lists))
    } else if (ours) {
      inside.push(...updateVolume(document, ours, config, volume, lists))
    } else {
      missing.push(volume)
    }
  })
  const [first] = missing
  if (first === undefined) return { inside, entry: [] }
  if (volumes.list) {
    const { list } = volumes
    inside.push(...missing.map((volume) => addItem(document, list, volume, 'last', lists)))
    return { inside, entry: [] }
  }
  return { inside, entry: [newList(document, volumes, 'volumes', missing, { spec, lists })].flat() }
}

type Mounts = { readonly edits: readonly SourceEdit[]; readonly containers: readonly string[] }

/** @param chosen the names of the containers that get the mount; undefined: all. */
function mountsFor(
  parts: PodParts,
  config: InjectConfig,
  injection: Injection,
  record: InjectionRecord | undefined,
  chosen: readonly string[] | undefined,
  { errors, warnings }: { errors: Refusals; warnings: string[] },
): Mounts {
  const { document, lists, where } = parts
  const names = new Set([record?.container, config.containerName])
  const others = [...parts.initContainers.parts, ...parts.containers.parts].filter(
    ({ name }) => !names.has(name),
  )
  const unknown = chosen?.filter((name) => others.every((one) => one.name !== name)) ?? []
  for (const name of unknown) {
    const known = others.map((one) => one.name).join(', ')
    errors.push(`the container ${name}, which is to get the secrets, is not in the pod: there are ${known}`)
  }
  const edits: SourceEdit[] = []
  const mounted: string[] = []
  for (const container of others) {
    const list = partList(
      document,
      container.node,
      'volumeMounts',
      `${where} container ${container.name}`,
      errors,
    )
    const recorded = record?.mounts.includes(container.name)
    const ours = recorded ? list.parts.find(({ name }) => name === record?.volumes[0]) : undefined
    if (chosen && !chosen.includes(container.name)) {
      if (ours && list.list) edits.push(...removeItems(document, list.list, [ours.node]))
      continue
    }
    if (ours && list.list) {
      mounted.push(container.name)
      const current = isMap(ours.value) ? ours.value : {}
      const moved = current['mountPath'] !== config.secretMountPath || ours.name !== config.secretVolumeName
      if (moved) edits.push(replaceItem(document, list.list, ours.node, injection.mount, lists))
      continue
    }
    const rival = list.parts.find(
      ({ value }) => isMap(value) && value['mountPath'] === config.secretMountPath,
    )
    if (rival) {
      if (isDeepStrictEqual(rival.value, injection.mount)) mounted.push(container.name)
      else if (rival.name !== config.secretVolumeName) {
        warnings.push(
          `container ${container.name} mounts the volume ${rival.name} at ${config.secretMountPath}: it does not see the secrets`,
        )
      }
      continue
    }
    mounted.push(container.name)
    const added = addPart(document, list, 'volumeMounts', injection.mount, 'last', {
      spec: container.node,
      lists,
    })
    edits.push(...added.inside, ...added.entry)
  }
  return { edits, containers: mounted }
}

type Target = { readonly spec: PodParts['spec']; readonly lists: PodParts['lists'] }

function addPart(
  document: PodParts['document'],
  list: PartList,
  key: string,
  value: Value,
  where: 'first' | 'last',
  target: Target,
): Edits {
  if (list.list) return { inside: [addItem(document, list.list, value, where, target.lists)], entry: [] }
  return { inside: [], entry: newList(document, list, key, [value], target) }
}

/** A new list under a key that is absent, or there in name only. Init containers go where a reader expects them. */
function newList(
  document: PodParts['document'],
  { entry }: PartList,
  key: string,
  values: readonly Value[],
  { spec, lists }: Target,
): SourceEdit[] {
  if (entry) return replaceValue(document, spec, entry, values, lists)
  const before = key === 'initContainers' ? { before: 'containers' } : {}
  return [addEntry(document, spec, key, values, { lists, ...before })]
}

function collision(what: string, option: string): string {
  return (
    `${what} is in the pod already and is not the one that inject-init adds: rename yours or set ${option}; ` +
    `to change ours, patch it from a parent kustomization`
  )
}
