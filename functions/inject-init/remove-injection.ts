import type { SourceEdit } from '../yaml/apply-edits.ts'
import type { Refusals } from '../yaml/edit-target.ts'
import { removeEntries } from '../yaml/edit.ts'
import { recordedMount } from './add-mounts.ts'
import { injectOptions } from './config.ts'
import { mountPathIn } from './effective-config.ts'
import { removeParts } from './edit-list.ts'
import { type Part, partList, type PartList, type EditablePod } from './editable-pod.ts'
import type { InjectionRecord } from '../workload/injection-record.ts'

export type Removed = { readonly edits: readonly SourceEdit[]; readonly errors: readonly string[] }

/** Takes out what the record says was added, and only that; a list that is left empty goes too. */
export function removeInjection(parts: EditablePod, record: InjectionRecord): Removed {
  const errors: Refusals = []
  const { document, spec, where, initContainers, volumes } = parts
  const container = initContainers.parts.find(({ name }) => name === record.container)
  const path =
    (container && mountPathIn(container, record.volumes[0])) ?? injectOptions.secretMountPath.default
  const edits: SourceEdit[] = []
  for (const { name, node } of [...initContainers.parts, ...parts.containers.parts]) {
    if (name === record.container || name === record.refresher) continue
    const mounts = partList(document, node, 'volumeMounts', `${where} container ${name}`, errors)
    const ours = recordedMount(mounts, name, record, path)
    if (ours) edits.push(...removeParts(document, mounts, [ours]))
    const own = mounts.parts.find((one) => one !== ours && record.volumes.includes(one.name))
    if (own)
      errors.push(`the container ${name} mounts the volume ${own.name} itself: take that mount out first`)
  }
  const removed = [
    { list: initContainers, ours: named(initContainers, [record.container, record.refresher]) },
    { list: volumes, ours: named(volumes, record.volumes) },
  ].filter(({ ours }) => ours.length > 0)
  // Those that would be left empty go in one edit: in flow style they may share a comma.
  const emptied = removed.filter(({ list, ours }) => ours.length === list.items.length)
  for (const one of removed)
    if (!emptied.includes(one)) edits.push(...removeParts(document, one.list, one.ours))
  const entries = emptied.flatMap(({ list: { entry } }) => entry ?? [])
  if (entries.length > 0) edits.push(...removeEntries(document, spec, entries))
  return { edits, errors }
}

function named(list: PartList, names: readonly (string | undefined)[]): Part[] {
  return list.parts.filter(({ name }) => names.includes(name))
}
