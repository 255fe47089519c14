import * as fc from 'fast-check'
import { damaged, resourceList } from '../krm/arbitrary-list.ts'
import { print, style, workload } from './arbitrary-manifest.ts'

/** For property tests: ResourceLists of annotated workloads and other objects, most of them mutated. */
export const arbitraryInput = damaged(
  resourceList(
    fc.record({ value: workload, style }).map(({ value, style: printed }) => print(value, printed)),
  ),
)
