/**
 * Where the value of a declaration comes from in local mode, in which no store is opened. Everybody can compute these values.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Random.html is what the first kees derived them by.
 */
import type { StoredDeclaration } from './declaration.ts'
import { type PartRole, type Recipe, roleOf } from './group.ts'
import { isGenerated, isKey } from './secret-type.ts'

type LocalSource =
  /** What the declaration says itself. */
  | { readonly from: 'text'; readonly text: string }
  | { readonly from: 'base64'; readonly text: string }
  /** As where the store says that it does not exist: the default, or none. */
  | { readonly from: 'absence' }
  | LocalSeed
  /** The declaration must say it, and does not. */
  | { readonly from: 'nothing' }

export type LocalSeed = {
  readonly from: 'seed'
  readonly seed: string
  readonly recipe: Recipe
  readonly role: PartRole
}

/** Of keys and others that a pod only reads, whatever the pod says that creates them. */
const referenceBits = { key: 2048, other: 128 }
const referenceUserId = 'kees local mode <local-mode@kees.invalid>'

export function localSourceOf(declaration: StoredDeclaration): LocalSource {
  const { localValue, localModeValue } = declaration
  if (localValue !== undefined) return { from: 'text', text: localValue }
  if (localModeValue !== undefined) {
    const isText = declaration.what === 'resource' || ['PASSWORD', 'TEXT'].includes(declaration.type)
    return { from: isText ? 'base64' : 'text', text: localModeValue }
  }
  if (declaration.what === 'resource') {
    const { default: byDefault, optional } = declaration
    return { from: byDefault === undefined && optional === undefined ? 'nothing' : 'absence' }
  }
  const key = localKeyOf(declaration)
  const seed = key.replace(/_[a-z]*$/, '')
  if (declaration.kind === 'DYNAMIC') {
    const { type, size, userId } = declaration
    const recipe = { type, size, ...(userId === undefined ? {} : { userId }) }
    return { from: 'seed', seed, recipe, role: roleOf(type, key) }
  }
  const { type, optional } = declaration
  if (optional) return { from: 'absence' }
  if (!isGenerated(type)) return { from: 'nothing' }
  const recipe = {
    type,
    size: isKey(type) ? referenceBits.key : referenceBits.other,
    ...(type === 'GPG' ? { userId: referenceUserId } : {}),
  }
  return { from: 'seed', seed, recipe, role: roleOf(type, key) }
}

/** What names a value in local mode: the storage-prefix does not count. */
export function localKeyOf({ storageKey, name }: StoredDeclaration): string {
  return storageKey ?? name
}
