/** Parts of the creator for the tests of others. */
import type { StoragePolicy } from '../../api/storage/storage-policy.ts'
import { BudgetLedger } from './claims/budget-ledger.ts'
import { type IndexEvents, PodIndex } from './claims/pod-index.ts'
import { tenants } from './claims/tenants.ts'

type Given = Partial<IndexEvents> & {
  readonly policy?: StoragePolicy | undefined
  readonly now?: () => number
  readonly heapBytes?: number
}

/** An index of which only some events are of interest. */
export function indexOf({ policy, now = () => 0, heapBytes = 2 ** 40, ...events }: Given): PodIndex {
  const ledger = new BudgetLedger(tenants(policy), heapBytes)
  return new PodIndex({ annotationDomain: 'bsycorp.com', policy }, ledger, now, {
    claimsChanged: () => {},
    unclaimed: () => {},
    podAdded: () => {},
    templateGone: () => {},
    refused: () => {},
    ...events,
  })
}
