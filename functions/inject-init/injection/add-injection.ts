import { isDeepStrictEqual } from 'node:util'
import { type AnnotationDiagnostic, type Diagnostic, quote } from '../../../api/diagnostic.ts'
import type { PodAnnotations } from '../../../api/pod/pod-annotations.ts'
import type { PodSettings } from '../../../api/pod/pod-settings.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'
import type { Value } from '../../yaml/value.ts'
import { addMounts, type Chosen } from './add-mounts.ts'
import { addVariables } from './add-variables.ts'
import { refuseCollision, refuseLegacy } from '../pod/collision.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { judgeDelivery } from './judge-delivery.ts'
import { judgeLocalMode } from './judge-local-mode.ts'
import { validateConfig } from '../options/validate-config.ts'
import { effectiveConfig } from '../pod/effective-config.ts'
import { validateEnvVolume } from './env-volume.ts'
import { validateImages } from './image-of-other.ts'
import { injectionOf } from './init-container.ts'
import { needsOf } from '../pod/pod-needs.ts'
import { updateRefreshSidecar } from './refresh-sidecar.ts'
import { validatePodLevelResources } from './pod-level-resources.ts'
import { guaranteed, isGuaranteedWithout, losesGuaranteed } from './pod-resources.ts'
import { addParts, removeParts } from '../pod/edit-list.ts'
import { isOfLegacy, recordOfLegacy, warnOfLegacy } from './legacy-injection.ts'
import { noteEmpty, type PodInjection, recordedIn } from './pod-injection.ts'
import type { EditablePod } from '../pod/editable-pod.ts'
import { runsOnWindows } from '../pod/runs-on-windows.ts'
import { updateContainer, updateVolume } from './update-injection.ts'

type Added = {
  readonly warnings: readonly Diagnostic[]
  readonly ofOptions: readonly Diagnostic[]
  readonly ofAnnotations: readonly AnnotationDiagnostic[]
  readonly record: InjectionRecord
}

/**
 * Adds the missing parts of an injection, updates the parts that the record names, and adopts parts that are equal to ours.
 * Any other part with one of our names is an error.
 */
export function addInjection(
  editor: Editor,
  parts: EditablePod,
  annotations: PodAnnotations,
  given: InjectConfig,
  existing: InjectionRecord | undefined,
): Added {
  const { settings } = annotations
  const pod = preparePod(editor, parts, annotations, given, existing)
  const { config, injection, warnings, ofOptions, ofAnnotations, needs } = pod
  const mounts = addMounts(pod, chosenContainers(settings, config))
  const env = addVariables(pod, mounts)
  ofAnnotations.push(...judgeDelivery(pod, annotations, mounts), ...judgeLocalMode(pod, annotations))
  for (const { message, hint } of validatePodLevelResources(pod)) editor.refuse(message, hint)
  for (const wrong of validateImages(pod)) {
    // Else the image is corrected, and the patch has no effect.
    if (config.explicit.has('image')) warnings.push(wrong)
    else editor.refuse(wrong.message, wrong.hint)
  }
  warnings.push(...warnOfLegacy(parts, [config.containerName, config.refreshContainerName]))
  if (losesGuaranteed(pod))
    warnings.push({
      message: `${config.containerName} changes the QoS class of the pod from Guaranteed to Burstable`,
      hint: config.keepQosClass
        ? `set limits of cpu and memory in ${config.nameOption('containerResources')}`
        : `set ${config.nameOption('keepQosClass')}`,
    })
  addVolumes(pod)
  addContainers(pod)
  const record: InjectionRecord = {
    container: config.containerName,
    ...(injection.refresher ? { refresher: config.refreshContainerName } : {}),
    volumes: [
      config.secretVolumeName,
      config.annotationsVolumeName,
      ...(needs.variables.length > 0 ? [config.envVolumeName] : []),
    ],
    mounts,
    ...(config.containers.length > 0 ? { containers: config.containers } : {}),
    ...(needs.variables.length > 0 ? { env } : {}),
    empty: Object.fromEntries(pod.empty),
  }
  return { warnings, ofOptions, ofAnnotations, record }
}

function preparePod(
  editor: Editor,
  parts: EditablePod,
  annotations: PodAnnotations,
  given: InjectConfig,
  existing: InjectionRecord | undefined,
): PodInjection {
  const needs = needsOf(annotations)
  const record = existing ?? recordOfLegacy(parts, given)
  const recorded = recordedIn(parts, record)
  const { container, refresher } = recorded
  const effective = record && container ? effectiveConfig(given, record, container, refresher) : given
  // The options that were given are checked where they are parsed.
  for (const { message, hint } of effective === given ? [] : validateConfig(effective))
    editor.refuse(message, hint)
  const config = withQosClass(effective, () => isGuaranteedWithout(parts, recorded))
  if (refresher && !container)
    editor.refuse(
      `the init container ${record?.container} was removed, but not its sidecar ${refresher.name}`,
      'remove both',
    )
  if (runsOnWindows(parts.spec)) editor.refuse('the pod runs on Windows, and init runs only on Linux')
  if (config.annotationDomain !== given.annotationDomain) {
    const [theirs, ours] = [config.annotationDomain, given.annotationDomain].map(quote)
    editor.refuse(
      `the init container reads the annotation domain ${theirs}, not ${ours}`,
      `declare everything in one domain, and set ${config.nameOption('annotationDomain')} to it`,
    )
  }
  const ofVolume = needs.variables.length > 0 ? validateEnvVolume(config) : []
  const ofOptions = effective === given ? ofVolume : []
  if (effective !== given) for (const { message, hint } of ofVolume) editor.refuse(message, hint)
  const empty = new Map(Object.entries(record?.empty ?? {}))
  const injection = injectionOf(config, needs)
  const found = { warnings: [], ofOptions, ofAnnotations: [] }
  return { editor, parts, config, needs, injection, record, recorded, ...found, empty }
}

/** The option keepQosClass of this pod, and the resources that follow from it. */
function withQosClass(config: InjectConfig, isGuaranteed: () => boolean): InjectConfig {
  if (!config.keepQosClass) return config
  if (!isGuaranteed()) return { ...config, keepQosClass: false }
  return { ...config, containerResources: guaranteed(config.containerResources) }
}

function chosenContainers(settings: PodSettings, config: InjectConfig): Chosen | undefined {
  if (settings.containers) {
    return { names: settings.containers, by: `annotation init.${config.annotationDomain}/containers` }
  }
  return config.containers.length > 0
    ? { names: config.containers, by: config.nameOption('containers') }
    : undefined
}

/** The init container, followed by the sidecar if one is configured. */
function addContainers(pod: PodInjection): void {
  const { editor, parts, config, injection, recorded } = pod
  const { initContainers, containers } = parts
  const name = config.containerName
  const namesake = [...initContainers.parts, ...containers.parts].find((one) => one.name === name)
  const adopted =
    !recorded.container &&
    namesake !== undefined &&
    initContainers.parts.includes(namesake) &&
    isDeepStrictEqual(namesake.value, injection.container)
  // The configuration may swap the names of the two.
  const isOurs = namesake === recorded.container || namesake === recorded.refresher
  if (namesake && !isOurs && !adopted) {
    if (isOfLegacy(parts, namesake)) refuseLegacy(editor, name)
    else refuseCollision(editor, `the container ${name}`, 'containerName')
    return
  }
  const found = recorded.container ?? (adopted ? namesake : undefined)
  if (recorded.container) updateContainer(pod, recorded.container, injection.container)
  const sidecar = updateRefreshSidecar(pod, found)
  noteEmpty(pod, 'initContainers', initContainers)
  if (found) addParts(editor, initContainers, sidecar, found)
  else addParts(editor, initContainers, [injection.container, ...sidecar], 'first')
}

const volumeOptions = ['secretVolumeName', 'annotationsVolumeName', 'envVolumeName'] as const

function addVolumes(pod: PodInjection): void {
  const { editor, parts, injection, record } = pod
  const { volumes, claims } = parts
  const missing: Value[] = []
  injection.volumes.forEach((volume, index) => {
    const { name } = volume
    const ours = volumes.parts.find((one) => one.name === record?.volumes[index])
    const namesake = volumes.parts.find((one) => one.name === name)
    const option = volumeOptions[index] ?? 'envVolumeName'
    const claim = claims.find((one) => one === name)
    if (claim !== undefined)
      editor.refuse(
        `the volume claim template ${claim} has the name of a volume that inject-init adds and would replace it`,
        `rename it or set ${option}`,
      )
    if (namesake && !record?.volumes.includes(namesake.name)) {
      if (ours || !isDeepStrictEqual(namesake.value, volume))
        refuseCollision(editor, `the volume ${namesake.name}`, option)
    } else if (ours) updateVolume(pod, ours, volume)
    else missing.push(volume)
  })
  const gone = volumes.parts.filter(({ name }) => injection.volumes.length < 3 && name === record?.volumes[2])
  removeParts(editor, volumes, gone)
  noteEmpty(pod, 'volumes', volumes)
  addParts(editor, volumes, missing, 'last')
}
