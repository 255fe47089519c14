import type { Env } from '../../api/settings/env.ts'
import type { StoragePolicy } from '../../api/storage/storage-policy.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import type { Clock } from '../scheduling/clock.ts'
import type { ParameterStore } from '../store/parameter-store.ts'

/** What the creator gets from its process; files, the store and the API server are opened from it. */
export type CreatorWorld = {
  readonly args: readonly string[]
  readonly env: Env
  readonly writeOut: (text: string) => void
  readonly writeError: (text: string) => void
  readonly clock: Clock
  readonly random: () => number
  /** Asks the creator to stop. */
  readonly stop: AbortSignal
}

export type Opened = {
  readonly store: ParameterStore
  readonly server: ApiServer
  readonly policy: StoragePolicy | undefined
  /** Registers a check that runs when a request to the store is ready to be sent. */
  readonly checkBeforeSending: (check: () => void) => void
}
