import { isSecretRef, maxNamesPerCall, type ParameterRef, type ValueRef } from './parameter-store.ts'

/** Splits refs into calls: at most ten per call, and never two selectors of one name in the same call. */
export function batchSelectors(refs: Iterable<ParameterRef>): ParameterRef[][] {
  const calls: { readonly refs: ParameterRef[]; readonly names: Set<string> }[] = []
  for (const ref of refs) {
    let call = calls.find(({ names }) => names.size < maxNamesPerCall && !names.has(ref.name))
    if (call === undefined) calls.push((call = { refs: [], names: new Set() }))
    call.refs.push(ref)
    call.names.add(ref.name)
  }
  return calls.map((call) => call.refs)
}

/** The same for both services: Secrets Manager takes one secret per call. */
export function batchRefs(refs: Iterable<ValueRef>): (readonly ValueRef[])[] {
  const parameters: ParameterRef[] = []
  const secrets: ValueRef[][] = []
  for (const ref of refs) {
    if (isSecretRef(ref)) secrets.push([ref])
    else parameters.push(ref)
  }
  return [...batchSelectors(parameters), ...secrets]
}
