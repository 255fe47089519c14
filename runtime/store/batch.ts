import { maxNamesPerCall, type ParameterRef } from './parameter-store.ts'

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
