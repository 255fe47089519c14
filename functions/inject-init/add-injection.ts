import { isDeepStrictEqual } from 'node:util'
import type { PodSettings } from '../../api/pod-annotations.ts'
import type { SourceEdit } from '../apply-edits.ts'
import type { Refusals } from '../editable.ts'
import type { InjectionRecord } from '../injection-record.ts'
import type { Value } from '../source-value.ts'
import { addMounts } from './add-mounts.ts'
import { contradictions, type InjectConfig } from './config.ts'
import { effectiveConfig, mountPathIn } from './effective-config.ts'
import { type Injection, injectionOf } from './init-container.ts'
import { addParts } from './part-edit.ts'
import { recordOfOriginal } from './original-injection.ts'
import type { Part, PodParts } from './pod-parts.ts'
import { updateContainer, updateVolume } from './update-injection.ts'

export type Added = {
  readonly edits: readonly SourceEdit[]
  readonly warnings: readonly string[]
  readonly errors: readonly string[]
  readonly record: InjectionRecord
}

/**
 * Adds what is missing of an injection, brings up to date what the record says is ours, and adopts what equals ours.
 * What has one of our names and is neither is an error.
 */
export function addInjection(
  settings: PodSettings,
  parts: PodParts,
  given: InjectConfig,
  existing: InjectionRecord | undefined,
): Added {
  const record = existing ?? recordOfOriginal(parts, given)
  const recorded = record && parts.initContainers.parts.find(({ name }) => name === record.container)
  const config = record && recorded ? effectiveConfig(given, record, recorded) : given
  const injection = injectionOf(config, settings)
  const errors: Refusals = [...contradictions(config)]
  const warnings: string[] = []

  const chosen = settings.containers ?? (config.containers.length > 0 ? config.containers : undefined)
  const recordedPath = (recorded && mountPathIn(recorded, record?.volumes[0])) ?? config.secretMountPath
  const mounts = addMounts(parts, config, injection, record, recordedPath, chosen, { errors, warnings })
  const volumes = volumesFor(parts, config, injection, record, errors)
  const container = containerFor(parts, config, injection, record, recorded, errors)
  const wanted: InjectionRecord = {
    container: config.containerName,
    volumes: [config.secretVolumeName, config.annotationsVolumeName],
    mounts: mounts.containers,
    ...(config.containers.length > 0 ? { containers: config.containers } : {}),
  }
  const edits = [...mounts.edits, ...volumes, ...container]
  return { edits, warnings, errors, record: wanted }
}

function containerFor(
  parts: PodParts,
  config: InjectConfig,
  injection: Injection,
  record: InjectionRecord | undefined,
  recorded: Part | undefined,
  errors: Refusals,
): SourceEdit[] {
  const { document, lists, initContainers, containers } = parts
  const name = config.containerName
  const namesake = [...initContainers.parts, ...containers.parts].find((one) => one.name === name)
  if (namesake && namesake !== recorded) {
    const adopted =
      !recorded &&
      initContainers.parts.includes(namesake) &&
      isDeepStrictEqual(namesake.value, injection.container)
    if (!adopted) errors.push(collision(`the container ${name}`, 'containerName'))
    return []
  }
  if (record && recorded) return updateContainer(parts, recorded, record, config, injection, errors)
  return addParts(document, initContainers, 'initContainers', [injection.container], 'first', lists)
}

function volumesFor(
  { document, lists, volumes }: PodParts,
  config: InjectConfig,
  injection: Injection,
  record: InjectionRecord | undefined,
  errors: Refusals,
): SourceEdit[] {
  const edits: SourceEdit[] = []
  const missing: Value[] = []
  injection.volumes.forEach((volume, index) => {
    const { name } = volume
    const ours = volumes.parts.find((one) => one.name === record?.volumes[index])
    const namesake = volumes.parts.find((one) => one.name === name)
    if (namesake && !record?.volumes.includes(namesake.name)) {
      const option = index === 0 ? 'secretVolumeName' : 'annotationsVolumeName'
      if (ours || !isDeepStrictEqual(namesake.value, volume))
        errors.push(collision(`the volume ${namesake.name}`, option))
    } else if (ours) edits.push(...updateVolume(document, ours, config, volume, lists))
    else missing.push(volume)
  })
  return [...edits, ...addParts(document, volumes, 'volumes', missing, 'last', lists)]
}

function collision(what: string, option: string): string {
  return (
    `${what} is in the pod already and is not the one that inject-init adds: rename yours or set ${option}; ` +
    `to change ours, patch it from a parent kustomization`
  )
}
