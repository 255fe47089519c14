/**
 * Spreads the parameters and secrets of one role over several policies, where they are too many for one. No earlier output is read:
 * the part of a name depends on the name and on the number of parts, which is the least with which every part fits.
 */
import type { GrantedNames } from './granted-names.ts'
import { hashOf, jumpHash } from './jump-hash.ts'
import type { KmsKeys } from '../options/kms-keys.ts'
import { maxPolicySize, policySize } from './policy.ts'

/** IAM attaches 10 managed policies to a role by default; the module has this many fixed blocks. */
export const maxParts = 8
export const partNames: readonly string[] = Array.from({ length: maxParts }, (_, index) => `part${index + 1}`)

/**
 * @param names sorted, each once. @returns the parts in their order, sorted inside; one may be empty. Undefined where
 * more than maxParts would be needed.
 */
export function splitPolicy(names: GrantedNames, kmsKeys: KmsKeys): readonly GrantedNames[] | undefined {
  const size = policySize(names, kmsKeys)
  if (size <= maxPolicySize) return [names]
  const parameters = hashed(names.parameters)
  const secrets = hashed(names.secrets)
  // The parts together are not smaller than one policy would be.
  for (let count = Math.ceil(size / maxPolicySize); count <= maxParts; count++) {
    const inParts = [spread(parameters, count), spread(secrets, count)] as const
    const parts = Array.from({ length: count }, (_, index) => ({
      parameters: inParts[0][index] ?? [],
      secrets: inParts[1][index] ?? [],
    }))
    if (parts.every((part) => policySize(part, kmsKeys) <= maxPolicySize)) return parts
  }
  return undefined
}

type Hashed = { readonly name: string; readonly hash: bigint }

function hashed(names: readonly string[]): readonly Hashed[] {
  return names.map((name) => ({ name, hash: hashOf(name) }))
}

function spread(names: readonly Hashed[], count: number): readonly (readonly string[])[] {
  const parts = Array.from({ length: count }, (): string[] => [])
  for (const { name, hash } of names) parts[jumpHash(hash, count)]?.push(name)
  return parts
}
