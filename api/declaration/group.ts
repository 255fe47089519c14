import type { DynamicSecret } from './declaration.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { type GeneratedType, isKey } from './secret-type.ts'

/**
 * The parameters that are made together because their values belong together. What precedes the suffix in the
 * *parameter name* names the group, so two pods that declare one part each mean the same group.
 */
export type Group = {
  readonly type: GeneratedType
  /** Bits. */
  readonly size: number
  /** Of GPG. */
  readonly userId?: string
  /** In the order of making: each part can be rebuilt from those before it. */
  readonly parts: readonly Part[]
}

/** What the value of the first part depends on. */
export type Recipe = Pick<Group, 'type' | 'size' | 'userId'>

export type Part = { readonly role: PartRole; readonly parameter: string }
export type PartRole = 'private' | 'public' | 'consumer' | 'provider' | 'value'

const pairs = {
  RSA: ['private', 'public'],
  GPG: ['private', 'public'],
  RANDOM: ['consumer', 'provider'],
  PASSWORD: [],
} as const satisfies Record<GeneratedType, readonly PartRole[]>

/** Which part of a pair a name is by its suffix; `value` for a secret that is not part of a pair. */
export function roleOf(type: GeneratedType, name: string): PartRole {
  return pairs[type].find((role) => name.endsWith(`_${role}`)) ?? 'value'
}

/**
 * Why a DYNAMIC declaration does not name a part of a group properly, if it does not.
 * @param key the end of the parameter's name: the storageKey, or the name where there is none.
 */
export function validateGroupName(type: GeneratedType, name: string, key: string): Diagnostic | undefined {
  const role = roleOf(type, name)
  if (type === 'GPG' && name.endsWith('_password')) {
    return {
      message: 'a key of type GPG has no passphrase: the name must end in _public or _private',
      hint: 'a passphrase that is stored beside its key protects nothing: grant access to the private part instead',
    }
  }
  if (isKey(type) && role === 'value') {
    return {
      message: `kind DYNAMIC and type ${type} make a key pair: the name must end in _public or _private`,
    }
  }
  if (role !== 'value' && !key.endsWith(`_${role}`)) {
    return { message: `the name ends in _${role}, so the storageKey must end in _${role} too` }
  }
  const partRole = roleOf(type, key)
  if (partRole !== 'value' && `/${key}`.endsWith(`/_${partRole}`)) {
    return { message: `nothing precedes _${partRole} in the parameter name's last segment` }
  }
  return undefined
}

/** @param parameter the declaration's parameter name, which validateGroupName has accepted. */
export function groupOf(secret: DynamicSecret, parameter: string): Group {
  const { type, size, userId } = secret
  const recipe = { type, size, ...(userId === undefined ? {} : { userId }) }
  const role = roleOf(type, parameter)
  if (role === 'value') return { ...recipe, parts: [{ role, parameter }] }
  const base = parameter.slice(0, -role.length)
  return { ...recipe, parts: pairs[type].map((one) => ({ role: one, parameter: base + one })) }
}

/** Whether two groups make the same parameters in the same way. */
export function sameGroup(a: Group, b: Group): boolean {
  if (!sameRecipe(a, b) || a.parts.length !== b.parts.length) return false
  return a.parts.every(({ parameter }, index) => parameter === b.parts[index]?.parameter)
}

function sameRecipe(a: Recipe, b: Recipe): boolean {
  return a.type === b.type && a.size === b.size && a.userId === b.userId
}

/** How two declarations of one parameter disagree. @param rival names the other one. */
export function describeDisagreement(own: Recipe, rival: string, other: Recipe): string {
  const declares = `conflict with ${rival} declares the same parameter with`
  // A user ID is not quoted: it may be a password that was pasted.
  if (own.type === other.type && own.size === other.size)
    return `type ${own.type} and its userId ${declares} another userId`
  return `type ${own.type} and size ${own.size} ${declares} type ${other.type} and size ${other.size}`
}
