/** Where the variables of a container have their values from: one of ours that a patch gave another value is an error, and is not removed. */
import { quote } from '../../../api/diagnostic.ts'
import { groupBy } from '../../../api/group-by.ts'
import { isMap } from '../../../api/json.ts'
import type { Editor } from '../../yaml/editor.ts'
import type { Value } from '../../yaml/value.ts'
import type { Part } from './editable-pod.ts'

/** Whether the kubelet reads it from the file in this volume. */
export function isRead(variable: Value, volume: string | undefined): boolean {
  return volume !== undefined && volumeIn(variable) === volume
}

function volumeIn(variable: Value): string | undefined {
  const from = isMap(variable) ? (variable['valueFrom'] ?? null) : null
  const reference = isMap(from) ? (from['fileKeyRef'] ?? null) : null
  const name = isMap(reference) ? reference['volumeName'] : undefined
  return typeof name === 'string' ? name : undefined
}

/** The variables with the names of some of them, in groups of one name. */
export function sameNames(all: readonly Part[], some: readonly Part[]): Iterable<readonly Part[]> {
  const names = new Set(some.map(({ name }) => name))
  return groupBy(
    all.filter(({ name }) => names.has(name)),
    ({ name }) => name,
  ).values()
}

/**
 * Reports a variable from a file that has another source too, which the API server refuses, and one of ours beside another of its name,
 * of which Kubernetes takes the last: which of the values is meant is not known.
 *
 * @param same all variables of one name. @returns whether there is one.
 */
export function refuseOthers(
  editor: Editor,
  container: string,
  same: readonly Part[],
  isOurs: (one: Part) => boolean,
): boolean {
  const [double] = same.filter(
    ({ value }) => volumeIn(value) !== undefined && otherSource(value) !== undefined,
  )
  const other = double && otherSource(double.value)
  if (double && other !== undefined) {
    const [file, patch] =
      other === 'value' ? ['valueFrom', 'valueFrom: null'] : ['fileKeyRef', 'fileKeyRef: null']
    editor.refuse(
      `container ${quote(container)}: the variable ${double.name} has both ${other} and ${file}`,
      `remove the ${other}; a patch that replaces the variable needs ${patch}, and a declaration with another env`,
    )
    return true
  }
  const ours = same.find(isOurs)
  if (!ours || same.every(isOurs)) return false
  editor.refuse(
    `container ${quote(container)} has the variable ${ours.name} twice`,
    `remove the one that is not from the volume ${volumeIn(ours.value)}`,
  )
  return true
}

/** What a variable has its value from, besides the file of init. */
function otherSource(variable: Value): string | undefined {
  if (!isMap(variable)) return undefined
  const { value = null, valueFrom = null } = variable
  const isSet = (one: Value | undefined) => one !== undefined && one !== null && one !== ''
  if (isSet(value)) return 'value'
  const references = isMap(valueFrom) ? Object.keys(valueFrom).filter((key) => isSet(valueFrom[key])) : []
  return references.find((key) => key !== 'fileKeyRef')
}
