import { isDeepStrictEqual } from 'node:util'
import { quote } from '../../api/diagnostic.ts'
import type { PodSettings } from '../../api/pod-annotations.ts'
import type { SourceEdit } from '../yaml/apply-edits.ts'
import type { Refusals } from '../yaml/edit-target.ts'
import type { InjectionRecord } from '../workload/injection-record.ts'
import type { Value } from '../yaml/value.ts'
import { addMounts, type Chosen } from './add-mounts.ts'
import { collision } from './collision.ts'
import type { InjectConfig } from './inject-config.ts'
import { validateConfig } from './validate-config.ts'
import { effectiveConfig } from './effective-config.ts'
import { injectionOf } from './init-container.ts'
import { editRefreshSidecar } from './refresh-sidecar.ts'
import { addParts } from './edit-list.ts'
import { recordOfLegacy } from './legacy-injection.ts'
import { type PodInjection, recordedIn } from './pod-injection.ts'
import type { Part, EditablePod } from './editable-pod.ts'
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
  parts: EditablePod,
  given: InjectConfig,
  existing: InjectionRecord | undefined,
): Added {
  const record = existing ?? recordOfLegacy(parts, given)
  const recorded = recordedIn(parts, record)
  const config =
    record && recorded.container
      ? effectiveConfig(given, record, recorded.container, recorded.refresher)
      : given
  const injection = injectionOf(config, settings)
  // Of what is given, whoever parsed it knows.
  const errors: Refusals = config === given ? [] : validateConfig(config)
  const warnings: string[] = []
  const pod: PodInjection = { parts, config, injection, record, recorded, errors, warnings }
  if (recorded.refresher && !recorded.container) {
    const { container, refresher } = { refresher: '', ...record }
    errors.push(
      `the container ${container} is gone, and ${refresher}, which goes with it, is not: remove it too`,
    )
  }
  if (config.annotationDomain !== given.annotationDomain) {
    const [theirs, ours] = [config.annotationDomain, given.annotationDomain].map(quote)
    errors.push(
      `the init container reads the annotations of ${theirs} and none of ${ours}: declare all in one domain, ` +
        `and name it by ${config.nameOption('annotationDomain')}`,
    )
  }
  const mounts = addMounts(pod, chosenContainers(settings, config))
  const volumes = addVolumes(pod)
  const container = addContainers(pod)
  const wanted: InjectionRecord = {
    container: config.containerName,
    ...(injection.refresher ? { refresher: config.refreshContainerName } : {}),
    volumes: [config.secretVolumeName, config.annotationsVolumeName],
    mounts: mounts.containers,
    ...(config.containers.length > 0 ? { containers: config.containers } : {}),
  }
  const edits = [...mounts.edits, ...volumes, ...container]
  return { edits, warnings, errors, record: wanted }
}

function chosenContainers(settings: PodSettings, config: InjectConfig): Chosen | undefined {
  if (settings.containers) {
    return { names: settings.containers, by: `annotation init.${config.annotationDomain}/containers` }
  }
  return config.containers.length > 0
    ? { names: config.containers, by: config.nameOption('containers') }
    : undefined
}

/** The init container, and behind it the sidecar where there is to be one. */
function addContainers(pod: PodInjection): SourceEdit[] {
  const { parts, config, injection, recorded, errors } = pod
  const { document, lists, initContainers, containers } = parts
  const name = config.containerName
  const namesake = [...initContainers.parts, ...containers.parts].find((one) => one.name === name)
  const adopted =
    !recorded.container &&
    namesake !== undefined &&
    initContainers.parts.includes(namesake) &&
    isDeepStrictEqual(namesake.value, injection.container)
  // The two may take each other's names.
  const isOurs = namesake === recorded.container || namesake === recorded.refresher
  if (namesake && !isOurs && !adopted) {
    errors.push(collision(`the container ${name}`, 'containerName'))
    return []
  }
  const found = recorded.container ?? (adopted ? namesake : undefined)
  const refresher = editRefreshSidecar(pod, found)
  const add = (values: readonly Value[], where: 'first' | Part) =>
    addParts(document, initContainers, 'initContainers', values, where, lists)
  if (!found) return [...refresher.edits, ...add([injection.container, ...refresher.added], 'first')]
  const updated = recorded.container ? updateContainer(pod, recorded.container, injection.container) : []
  return [...updated, ...refresher.edits, ...add(refresher.added, found)]
}

function addVolumes(pod: PodInjection): SourceEdit[] {
  const { parts, injection, record, errors } = pod
  const { document, lists, volumes, claims } = parts
  const edits: SourceEdit[] = []
  const missing: Value[] = []
  injection.volumes.forEach((volume, index) => {
    const { name } = volume
    const ours = volumes.parts.find((one) => one.name === record?.volumes[index])
    const namesake = volumes.parts.find((one) => one.name === name)
    const option = index === 0 ? 'secretVolumeName' : 'annotationsVolumeName'
    const claim = claims.find((one) => one === name)
    if (claim !== undefined)
      errors.push(
        `the volume claim template ${claim} has the name of a volume that inject-init adds, and wins over it: rename it or set ${option}`,
      )
    if (namesake && !record?.volumes.includes(namesake.name)) {
      if (ours || !isDeepStrictEqual(namesake.value, volume))
        errors.push(collision(`the volume ${namesake.name}`, option))
    } else if (ours) edits.push(...updateVolume(pod, ours, volume))
    else missing.push(volume)
  })
  return [...edits, ...addParts(document, volumes, 'volumes', missing, 'last', lists)]
}
