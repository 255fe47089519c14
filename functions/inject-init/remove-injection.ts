import type { SourceEdit } from '../apply-edits.ts'
import type { Refusals } from '../editable.ts'
import { removeParts } from './part-edit.ts'
import { type Part, partList, type PartList, type PodParts } from './pod-parts.ts'
import type { InjectionRecord } from '../injection-record.ts'

export type Removed = { readonly edits: readonly SourceEdit[]; readonly errors: readonly string[] }

/** Takes out what the record says was added, and only that; a list that is left empty goes too. */
export function removeInjection(parts: PodParts, record: InjectionRecord): Removed {
  const errors: Refusals = []
  const { document, where } = parts
  const edits = [
    ...removeParts(document, parts.initContainers, named(parts.initContainers, [record.container])),
    ...removeParts(document, parts.volumes, named(parts.volumes, record.volumes)),
    ...[...parts.initContainers.parts, ...parts.containers.parts]
      .filter(({ name }) => name !== record.container && record.mounts.includes(name))
      .flatMap((container) => {
        const path = `${where} container ${container.name}`
        const mounts = partList(document, container.node, 'volumeMounts', path, errors)
        return removeParts(document, mounts, named(mounts, record.volumes.slice(0, 1)))
      }),
  ]
  return { edits, errors }
}

function named(list: PartList, names: readonly string[]): Part[] {
  return list.parts.filter(({ name }) => names.includes(name))
}
