import { injectedAnnotation } from '../../api/declaration/annotation-domain.ts'
import type { Parsed } from '../../api/parsed.ts'
import { parseInitArgs } from '../../api/settings/init-args.ts'
import { initVariables } from '../../api/settings/init-env.ts'
import { itemsOf, type Mount, mountsOf, nameOf, plainVariable, volumeOfVariable } from './container-parts.ts'
import { isEmptyDir, showsAnnotations } from './injected-volumes.ts'
import { type InjectionRecord, type InjectionRecords, parseRecords } from './injection-record.ts'
import { annotationOf, type ManifestItem } from '../krm/manifest-item.ts'
import type { PodTemplate } from './pod-template.ts'
import type { SourceNode } from '../yaml/node.ts'
import { lookUp, stringOf } from '../yaml/value.ts'

/** The injection of a pod template: that of the record, or, without a record, what is found in the pod. */
export function findInjection(item: ManifestItem, template: PodTemplate): InjectionRecord | undefined {
  return recordsIn(item).value?.get(template.key) ?? recognise(lookUp(template.node, 'spec'))
}

/** Of all of an object's pod templates; undefined where it has none. */
export function recordsIn(item: ManifestItem): Parsed<InjectionRecords | undefined> {
  const text = annotationOf(item, injectedAnnotation)
  if (text === undefined) return { value: undefined }
  if (text !== latest?.text) latest = { text, records: parseRecords(text) }
  return latest.records
}

/** It is asked for several times for an object, and most objects of an input have equal ones. */
let latest: { readonly text: string; readonly records: Parsed<InjectionRecords> } | undefined

/**
 * Pods that a controller makes have no record, which is in the workload's own metadata, and neither has what the first
 * kees injected. So an init container is recognised by what it needs: it finds the file of the pod's annotations
 * at the path that it is configured to read, and an emptyDir at the path that it is configured to write.
 */
function recognise(spec: SourceNode | undefined): InjectionRecord | undefined {
  const inits = itemsOf(spec, 'initContainers')
  const found = inits.flatMap((container) => {
    const volumes = volumesOfInit(container, itemsOf(spec, 'volumes'))
    return volumes ? [{ container, name: nameOf(container), ...volumes }] : []
  })
  const init = found.find(({ container }) => !staysOn(container))
  if (!init) return undefined
  const refresher = found.find(({ container }) => staysOn(container))
  const { secret, annotations } = init
  const mounts = [...inits, ...itemsOf(spec, 'containers')]
    .filter((one) => one !== init.container && one !== refresher?.container)
    .filter((one) => mountsOf(one).some(({ name, path }) => name === secret.name && path === secret.path))
    .map(nameOf)
  return {
    container: init.name,
    ...(refresher ? { refresher: refresher.name } : {}),
    volumes: [secret.name, annotations.name],
    mounts,
    // Which containers were chosen is not known; those that came later, such as a service mesh's, were not.
    containers: mounts,
    ...variablesIn(spec, init.env, [secret.name, annotations.name]),
  }
}

/** The volume of the file of variables, and the variables, as far as there are any. */
function variablesIn(
  spec: SourceNode | undefined,
  volume: Mount | undefined,
  volumes: readonly string[],
): Partial<InjectionRecord> {
  if (volume === undefined) return {}
  const env = [...itemsOf(spec, 'initContainers'), ...itemsOf(spec, 'containers')].flatMap((container) => {
    const names = itemsOf(container, 'env')
      .filter((one) => volumeOfVariable(one) === volume.name)
      .map(nameOf)
    return names.length === 0 ? [] : [[nameOf(container), names] as const]
  })
  // Another volume may be mounted there.
  return env.length === 0 ? {} : { volumes: [...volumes, volume.name], env: Object.fromEntries(env) }
}

function volumesOfInit(
  container: SourceNode,
  volumes: readonly SourceNode[],
): { readonly secret: Mount; readonly annotations: Mount; readonly env: Mount | undefined } | undefined {
  const mounted = (isWanted: (volume: SourceNode) => boolean) =>
    mountsOf(container).filter(({ name }) =>
      volumes.some((volume) => nameOf(volume) === name && isWanted(volume)),
    )
  const annotations = mounted(showsAnnotations).find(
    ({ path }) => `${path}/annotations` === fileOf(container, initVariables.annotationsFile),
  )
  const secret = mounted(isEmptyDir).find(({ path }) =>
    fileOf(container, initVariables.secretsFile).startsWith(`${path}/`),
  )
  const env = mounted(isEmptyDir).find(
    ({ path }) => path === fileOf(container, initVariables.envFile).replace(/\/[^/]*$/, ''),
  )
  return annotations && secret ? { secret, annotations, env } : undefined
}

function fileOf(container: SourceNode, variable: { readonly env: string; readonly default: string }): string {
  return plainVariable(container, variable.env) || variable.default
}

/** A native sidecar. */
function staysOn(container: SourceNode): boolean {
  const args = itemsOf(container, 'args').flatMap((one) => stringOf(one) ?? [])
  return (
    stringOf(lookUp(container, 'restartPolicy')) === 'Always' || parseInitArgs(args).value?.kind === 'refresh'
  )
}
