/** The items of the lists of a pod's spec, and of its containers. */
import type { PodTemplate } from './pod-template.ts'
import type { SourceNode } from '../yaml/node.ts'
import { lookUp, lookUpPath, stringOf } from '../yaml/value.ts'

/** A container or a volume of a pod. */
export function partNamed(
  template: PodTemplate,
  list: 'initContainers' | 'volumes',
  name: string,
): SourceNode | undefined {
  return itemNamed(itemsOf(lookUp(template.node, 'spec'), list), name)
}

/** The plain value of an environment variable of a container. */
export function plainVariable(container: SourceNode, name: string): string | undefined {
  return stringOf(lookUp(itemNamed(itemsOf(container, 'env'), name), 'value'))
}

/** The volume with the file that the kubelet reads an environment variable from; undefined where it reads none. */
export function volumeOfVariable(variable: SourceNode): string | undefined {
  return stringOf(lookUpPath(variable, ['valueFrom', 'fileKeyRef', 'volumeName']))
}

export type Mount = { readonly name: string; readonly path: string }

export function mountsOf(container: SourceNode): Mount[] {
  return itemsOf(container, 'volumeMounts').map((one) => ({
    name: nameOf(one),
    path: stringOf(lookUp(one, 'mountPath')) ?? '',
  }))
}

/** None where there is no list under the key. */
export function itemsOf(node: SourceNode | undefined, key: string): readonly SourceNode[] {
  const list = lookUp(node, key)
  return list?.type === 'sequence' ? list.items : []
}

export function nameOf(item: SourceNode): string {
  return stringOf(lookUp(item, 'name')) ?? ''
}

function itemNamed(items: readonly SourceNode[], name: string): SourceNode | undefined {
  return items.find((one) => nameOf(one) === name)
}
