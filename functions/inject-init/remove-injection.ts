import type { SourceEdit } from '../apply-edits.ts'
import type { Refusals } from '../editable.ts'
import { removeEntries, removeItems } from '../source-edit.ts'
import type { SourceDocument, SourceMap } from '../source-node.ts'
import type { Workload } from '../workload.ts'
import { type Part, partList, type PartList, type PodParts } from './pod-parts.ts'
import { removeRecord } from './record-edit.ts'
import type { InjectionRecord } from '../injection-record.ts'

export type Removed = { readonly edits: readonly SourceEdit[]; readonly errors: readonly string[] }

/** Takes out what the record says was added, and only that; a list that is left empty goes too. */
export function removeInjection(workload: Workload, parts: PodParts, record: InjectionRecord): Removed {
  const errors: Refusals = []
  const { document, spec, where } = parts
  const edits = [
    ...drop(document, spec, parts.initContainers, named(parts.initContainers, [record.container])),
    ...drop(document, spec, parts.volumes, named(parts.volumes, record.volumes)),
    ...[...parts.initContainers.parts, ...parts.containers.parts]
      .filter(({ name }) => name !== record.container && record.mounts.includes(name))
      .flatMap((container) => {
        const path = `${where} container ${container.name}`
        const mounts = partList(document, container.node, 'volumeMounts', path, errors)
        return drop(document, container.node, mounts, named(mounts, record.volumes.slice(0, 1)))
      }),
    ...removeRecord(workload.item, errors),
  ]
  return { edits: errors.length > 0 ? [] : edits, errors }
}

function named(list: PartList, names: readonly string[]): Part[] {
  return list.parts.filter(({ name }) => names.includes(name))
}

function drop(
  document: SourceDocument,
  map: SourceMap,
  list: PartList,
  parts: readonly Part[],
): SourceEdit[] {
  if (list.list === undefined || list.entry === undefined || parts.length === 0) return []
  const { list: sequence, entry } = list
  if (parts.length === sequence.items.length) return removeEntries(document, map, [entry])
  return removeItems(
    document,
    sequence,
    parts.map(({ node }) => node),
  )
}
