import type { Result } from '../functions/krm/result.ts'
import type { Workload } from '../functions/workload/workload.ts'
import { refOf } from '../runtime/init/fetch/fetch-declared.ts'
import { formatRef, type ValueRef } from '../runtime/store/parameter-store.ts'
import { locateResults } from './locate-results.ts'
import type { Manifest } from './read-manifests.ts'

/** Which annotation a Result is about. */
export type Place = Pick<Result, 'object' | 'subject' | 'field' | 'file' | 'position'>

export function declarationPlace({ item, template }: Workload, annotation: string): Place {
  return {
    object: item.object,
    subject: `${template.key === '' ? '' : `template ${template.key} `}annotation ${annotation}`,
    field: [...template.path, 'metadata', 'annotations', annotation],
  }
}

export function locate(place: Place, manifests: readonly Manifest[]): Place {
  return locateResults([place], manifests)[0] ?? place
}

/** The declarations of a parameter. */
export type Places = (parameter: string) => readonly Place[]

/**
 * Looks for them when they are first asked for: most commands end without a problem.
 *
 * @param keyOf the name by which a parameter is asked for.
 */
export function declarationPlaces(
  workloads: readonly Workload[],
  manifests: readonly Manifest[],
  keyOf: (ref: ValueRef) => string = formatRef,
): Places {
  let found: Map<string, Place[]> | undefined
  return (parameter) => {
    found ??= placesByParameter(workloads, manifests, keyOf)
    return found.get(parameter) ?? []
  }
}

function placesByParameter(
  workloads: readonly Workload[],
  manifests: readonly Manifest[],
  keyOf: (ref: ValueRef) => string,
) {
  const all = workloads.flatMap((workload) =>
    workload.pod.declared.map((one) => ({
      ref: keyOf(refOf(one)),
      ...declarationPlace(workload, one.annotation),
    })),
  )
  const places = new Map<string, Place[]>()
  for (const { ref, ...place } of locateResults(all, manifests))
    places.set(ref, [...(places.get(ref) ?? []), place])
  return places
}
