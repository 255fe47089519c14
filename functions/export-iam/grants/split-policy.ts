/**
 * Spreads the parameters and secrets of one role over several policies, where they are too many for one. No earlier output is read:
 * the part of a name depends on the name and on the number of parts, which is the least with which every part fits.
 */
import type { GrantedNames } from './granted-names.ts'
import { bucketOf } from './jump-hash.ts'
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
  for (let count = 1; count <= maxParts; count++) {
    const parts = count === 1 ? [names] : spread(names, count)
    if (parts.every((part) => policySize(part, kmsKeys) <= maxPolicySize)) return parts
  }
  return undefined
}

function spread({ parameters, secrets }: GrantedNames, count: number): readonly GrantedNames[] {
  return Array.from({ length: count }, (_, index) => {
    const isHere = (name: string) => bucketOf(name, count) === index
    return { parameters: parameters.filter(isHere), secrets: secrets.filter(isHere) }
  })
}
