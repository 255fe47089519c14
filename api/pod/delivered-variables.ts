import { deliveryOf } from './delivery.ts'
import type { PodAnnotations } from './pod-annotations.ts'
import { isOptional, mayBeAbsent } from './references.ts'

/** An environment variable that the kubelet reads from the file ENV_FILE. */
export type DeliveredVariable = {
  readonly annotation: string
  readonly name: string
  /** Of the value in the file. */
  readonly key: string
  /** Undefined for those that mount the secrets. */
  readonly containers: readonly string[] | undefined
  /** The store may have no value: the container starts without the variable then. */
  readonly optional: boolean
}

/** In the order of their names, which the order of annotations does not change. */
export function deliveredVariables({
  declared,
  composed,
}: Pick<PodAnnotations, 'declared' | 'composed'>): readonly DeliveredVariable[] {
  return [...declared, ...composed]
    .flatMap(({ annotation, declaration }): DeliveredVariable[] => {
      const delivery = deliveryOf(declaration)
      if (delivery.to !== 'env') return []
      const { name, key, containers } = delivery
      const optional =
        declaration.what === 'compose' ? mayBeAbsent(declaration, declared) : isOptional(declaration)
      return [{ annotation, name, key, containers, optional }]
    })
    .toSorted((a, b) => compare(a.name, b.name) || compare(a.key, b.key))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
