/**
 * The version of the contract between inject-init and init. inject-init passes the version that the declarations of a pod need, as the
 * variable CONTRACT, and init refuses a higher one than its own: an image that does not know an attribute would deliver another value.
 *
 * | 1 | values as lines of the common files |
 * | 2 | local mode, `compose`, types TEXT and GPG, `from`, `jsonKey`, `decode`, `as`, `optional`, `default`, `file`, `env`, `deliver` |
 */
import type { Declaration } from '../declaration/declaration.ts'
import { deliveryOf } from './delivery.ts'
import { invalid, type Parsed } from '../parsed.ts'
import type { PodAnnotations } from './pod-annotations.ts'

export const currentContract = 2

type Contracting = Pick<PodAnnotations, 'declared' | 'composed' | 'localMode'>

/** What the declarations of one pod need. */
export function contractOf({ declared, composed, localMode }: Contracting): number {
  return localMode !== undefined ||
    composed.length > 0 ||
    declared.some(({ declaration }) => newWords(declaration).length > 0)
    ? 2
    : 1
}

/** The words of a declaration that version 1 does not have, as messages name them. */
export function newWords(declaration: Declaration): readonly string[] {
  const delivery = deliveryOf(declaration)
  const words = delivery.to === 'line' ? [] : [delivery.to === 'none' ? 'deliver=none' : delivery.to]
  if (declaration.what === 'compose') return ['compose', ...words]
  for (const name of ['from', 'jsonKey', 'decode', 'as', 'optional', 'default'] as const)
    if (Object.hasOwn(declaration, name)) words.push(name)
  const isNew = declaration.what === 'secret' && (declaration.type === 'TEXT' || declaration.type === 'GPG')
  return isNew ? [...words, `type=${declaration.type}`] : words
}

export function parseContract(text: string): Parsed<number> {
  const version = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : undefined
  if (version === undefined) return invalid('must be a whole number from 1')
  if (version <= currentContract) return { value: version }
  return invalid(
    `is newer than this image of init, which knows the contract up to ${currentContract}`,
    'use the image of the release of inject-init that injected this pod, or a later one',
  )
}
