import { lookUpPath, stringOf } from '../yaml/value.ts'
import type { ManifestItem } from './manifest-item.ts'

/** The file that an item comes from, in the package, and its position among the objects of that file. */
export type ResultFile = { readonly path: string; readonly index?: number }

/** Orchestrators that read files, such as kpt, name them in annotations, the older of which have no `internal.`. */
const prefixes = ['internal.config.kubernetes.io', 'config.kubernetes.io'] as const

export function fileOf({ root }: ManifestItem): ResultFile | undefined {
  const given = (name: string) =>
    prefixes
      .map((prefix) => stringOf(lookUpPath(root, ['metadata', 'annotations', `${prefix}/${name}`])))
      .find((text) => text !== undefined)
  const path = given('path')
  if (path === undefined) return undefined
  const index = given('index')
  return index !== undefined && /^[0-9]{1,9}$/.test(index) ? { path, index: Number(index) } : { path }
}
