/**
 * The environment variables that declarations have, in the containers of the app: the kubelet reads them from the file that init writes
 * (https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-via-file/). They come first, so that the
 * container's own variables can refer to them by `$(NAME)`.
 */
import { groupBy } from '../../../api/group-by.ts'
import { type AnnotationDiagnostic, quote } from '../../../api/diagnostic.ts'
import type { DeliveredVariable } from '../../../api/pod/delivered-variables.ts'
import { closestWord, didYouMean } from '../../../api/suggest.ts'
import { type InjectionRecord, recordedVariables } from '../../workload/injection-record.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { ValueMap } from '../../yaml/value.ts'
import { otherContainers } from './add-mounts.ts'
import { addParts, removeParts } from '../pod/edit-list.ts'
import { type EditablePod, type Part, partList, type PartList } from '../pod/editable-pod.ts'
import { envFileOf } from './env-volume.ts'
import { noteEmpty, type PodInjection, variablesKey } from './pod-injection.ts'
import { isSemanticallyEqual } from '../pod/semantic-equal.ts'
import { isRead, refuseOthers, sameNames } from '../pod/variable-sources.ts'
import { findReferences } from '../pod/variable-references.ts'

/** @param mounted the containers that mount the secrets. @returns the names of the variables of each container that has any. */
export function addVariables(
  pod: PodInjection,
  mounted: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const { needs, record } = pod
  const envVolume = record?.volumes[2]
  if (needs.variables.length === 0 && envVolume === undefined) return {}
  const wanted = chooseVariables(pod, mounted)
  const added: [string, readonly string[]][] = []
  for (const container of otherContainers(pod)) {
    const variables = wanted.get(container.name) ?? []
    updateVariables(pod, container, variables)
    if (variables.length > 0) added.push([container.name, variables.map(({ name }) => name)])
    if (needs.variables.length === 0 && envVolume !== undefined)
      refuseUse(pod.editor, pod.parts, container, envVolume, recordedVariables(record, container.name))
  }
  return Object.fromEntries(added)
}

/** Removes what the record names from a container, for the removal of the whole injection. */
export function removeVariables(
  editor: Editor,
  parts: EditablePod,
  container: Pick<Part, 'name' | 'node'>,
  record: InjectionRecord,
): void {
  const [, , volume] = record.volumes
  if (volume === undefined) return
  const names = recordedVariables(record, container.name)
  const list = variablesOf(editor, parts, container)
  const isOurs = ({ name, value }: Part) => names.includes(name) && isRead(value, volume)
  const ours = list.parts.filter(isOurs)
  for (const same of sameNames(list.parts, ours)) refuseOthers(editor, container.name, same, isOurs)
  removeParts(editor, list, ours, record.empty?.[variablesKey(container.name)])
  refuseUse(editor, parts, container, volume, names)
}

/** The variables of each container, each name once: of two, the later one is reported. */
function chooseVariables(
  pod: PodInjection,
  mounted: readonly string[],
): ReadonlyMap<string, readonly DeliveredVariable[]> {
  const { parts, recorded, needs, config, ofAnnotations, warnings } = pod
  const names = otherContainers(pod).map(({ name }) => name)
  const { parts: inits } = parts.initContainers
  // Such a container would wait for the file for ever, and init for it.
  const early = recorded.container ? inits.slice(0, inits.indexOf(recorded.container)) : []
  const isEarly = (name: string) => early.some((one) => one.name === name)
  const chosen = new Map<string, DeliveredVariable[]>()
  for (const variable of needs.variables) {
    /** By the annotation that has the variable already. */
    const twice = new Map<string, string[]>()
    const add = (container: string) => {
      const others = chosen.get(container) ?? []
      const same = others.find((one) => one.name === variable.name)
      if (same) twice.set(same.annotation, [...(twice.get(same.annotation) ?? []), quote(container)])
      else chosen.set(container, [...others, variable])
    }
    for (const container of new Set(variable.containers ?? mounted.filter((one) => !isEarly(one)))) {
      if (!names.includes(container)) {
        const message = `containers names ${quote(container)}, which is not in the pod: the pod has ${names.join(', ')}`
        const { hint } = didYouMean(closestWord(container, names))
        ofAnnotations.push(conflict(variable.annotation, message, hint))
      } else if (isEarly(container)) {
        const message = `containers names ${quote(container)}, which starts before ${config.containerName}, so it cannot get a variable`
        ofAnnotations.push(conflict(variable.annotation, message, `move it after ${config.containerName}`))
      } else add(container)
    }
    for (const [annotation, containers] of twice) {
      const message = `env is the variable ${variable.name} of container ${containers.join(', ')}, which ${annotation} has too`
      ofAnnotations.push(conflict(variable.annotation, message, 'choose another name, or other containers'))
    }
  }
  const left = mounted.filter((one) => isEarly(one))
  if (left.length > 0 && needs.variables.some(({ containers }) => containers === undefined))
    warnings.push({
      message: `container ${left.map(quote).join(', ')} starts before ${config.containerName}, so it gets no environment variables`,
      hint: `move it after ${config.containerName}`,
    })
  return chosen
}

function conflict(annotation: string, message: string, hint?: string): AnnotationDiagnostic {
  return {
    severity: 'error',
    code: 'CONFLICT',
    annotation,
    message,
    ...(hint === undefined ? {} : { hint }),
  }
}

function updateVariables(pod: PodInjection, container: Part, variables: readonly DeliveredVariable[]): void {
  const { editor, parts, record, ofAnnotations, empty } = pod
  const formerNames = recordedVariables(record, container.name)
  if (variables.length === 0 && formerNames.length === 0) return
  const list = variablesOf(editor, parts, container)
  const [former, wanted] = [new Set(formerNames), new Set(variables.map(({ name }) => name))]
  const isOurs = ({ name, value }: Part) => former.has(name) && isRead(value, record?.volumes[2])
  const gone = list.parts.filter((one) => isOurs(one) && !wanted.has(one.name))
  for (const same of sameNames(list.parts, gone)) refuseOthers(editor, container.name, same, isOurs)
  const missing: ValueMap[] = []
  const byName = groupBy(list.parts, ({ name }) => name)
  const isReferredTo = findReferences(list.parts)
  for (const variable of variables) {
    const value = variableOf(pod, variable)
    const same = byName.get(variable.name) ?? []
    const [found, ...rest] = same
    const isKept = (one: Part) => isOurs(one) || isSemanticallyEqual(one.value, value)
    if (found === undefined) missing.push(value)
    else if (refuseOthers(editor, container.name, same, isKept)) continue
    else if (!isKept(found)) ofAnnotations.push(taken(variable, container.name))
    else {
      // Kubernetes takes the last one, which an earlier declaration may have set.
      gone.push(...rest)
      if (isReferredTo(found)) {
        gone.push(found)
        missing.push(value)
      } else if (!isSemanticallyEqual(found.value, value) && list.list)
        editor.replaceItem(list.list, found.node, value)
    }
  }
  const isAll = gone.length > 0 && gone.length === list.parts.length
  if (isAll && missing.length > 0 && list.entry) return editor.replaceValue(list.map, list.entry, missing)
  const key = variablesKey(container.name)
  removeParts(editor, list, gone, empty.get(key))
  if (isAll) empty.delete(key)
  noteEmpty(pod, key, list)
  addParts(editor, list, missing, 'first')
}

function taken({ annotation, name }: DeliveredVariable, container: string): AnnotationDiagnostic {
  const message = `env is the variable ${name}, which container ${quote(container)} has already`
  return conflict(annotation, message, 'remove that variable, choose another name, or other containers')
}

function variableOf({ config }: PodInjection, { name, key, optional }: DeliveredVariable): ValueMap {
  const { path } = envFileOf(config)
  const fileKeyRef = { volumeName: config.envVolumeName, path, key, ...(optional ? { optional } : {}) }
  return { name, valueFrom: { fileKeyRef } }
}

function variablesOf(
  editor: Editor,
  { where }: EditablePod,
  { name, node }: Pick<Part, 'name' | 'node'>,
): PartList {
  return partList(editor, node, 'env', `${where} container ${name}`)
}

/** What others read from the volume that goes. @param names of our variables. */
function refuseUse(
  editor: Editor,
  parts: EditablePod,
  container: Pick<Part, 'name' | 'node'>,
  volume: string,
  names: readonly string[],
): void {
  const own = variablesOf(editor, parts, container).parts.find(
    ({ name, value }) => !names.includes(name) && isRead(value, volume),
  )
  if (own)
    editor.refuse(
      `container ${quote(container.name)} has a variable of its own, ${own.name}, from the volume ${volume}`,
      'remove that variable first',
    )
}
