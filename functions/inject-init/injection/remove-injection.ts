import { quote } from '../../../api/diagnostic.ts'
import type { Editor } from '../../yaml/editor.ts'
import { recordedMount } from './add-mounts.ts'
import { removeVariables } from './add-variables.ts'
import { injectOptions } from '../options/inject-config.ts'
import { mountPathIn } from '../pod/effective-config.ts'
import { removeParts } from '../pod/edit-list.ts'
import { mountsKey } from './pod-injection.ts'
import { type Part, partList, type PartList, type EditablePod } from '../pod/editable-pod.ts'
import type { InjectionRecord } from '../../workload/injection-record.ts'

/** Removes what was added by the record, and only that. Lists that would be left empty are removed too. */
export function removeInjection(editor: Editor, parts: EditablePod, record: InjectionRecord): void {
  const { spec, where, initContainers, volumes } = parts
  const container = initContainers.parts.find(({ name }) => name === record.container)
  const path =
    (container && mountPathIn(container, record.volumes[0])) ?? injectOptions.secretMountPath.default
  for (const { name, node } of [...initContainers.parts, ...parts.containers.parts]) {
    if (name === record.container || name === record.refresher) continue
    const mounts = partList(editor, node, 'volumeMounts', `${where} container ${name}`)
    const ours = recordedMount(mounts, name, record, path)
    if (ours) removeParts(editor, mounts, [ours], record.empty?.[mountsKey(name)])
    removeVariables(editor, parts, { name, node }, record)
    const own = mounts.parts.find((one) => one !== ours && record.volumes.includes(one.name))
    if (own)
      editor.refuse(
        `container ${quote(name)} has a mount of its own of the volume ${own.name}`,
        'remove that mount first',
      )
  }
  const removed = [
    { list: initContainers, ours: named(initContainers, [record.container, record.refresher]) },
    { list: volumes, ours: named(volumes, record.volumes) },
  ]
  // Lists that would be left empty are removed in one edit: in flow style they may share a comma.
  const emptied = removed.filter(
    ({ list: { key, items }, ours }) =>
      ours.length > 0 && ours.length === items.length && record.empty?.[key] === undefined,
  )
  for (const one of removed)
    if (!emptied.includes(one)) removeParts(editor, one.list, one.ours, record.empty?.[one.list.key])
  const entries = emptied.flatMap(({ list: { entry } }) => entry ?? [])
  if (entries.length > 0) editor.removeEntries(spec, entries)
}

function named(list: PartList, names: readonly (string | undefined)[]): Part[] {
  return list.parts.filter(({ name }) => names.includes(name))
}
