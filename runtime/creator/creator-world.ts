import type { Env } from '../../api/env.ts'
import type { StoragePolicy } from '../../api/storage-policy.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import type { Clock } from '../scheduling/clock.ts'
import type { ParameterStore } from '../store/parameter-store.ts'

/** Everything that the creator has of the world outside, but for files, the store and the API server. */
export type CreatorWorld = {
  readonly args: readonly string[]
  readonly env: Env
  readonly writeOut: (text: string) => void
  readonly writeError: (text: string) => void
  readonly clock: Clock
  readonly random: () => number
  /** Asks the creator to end. */
  readonly stop: AbortSignal
}

export type Opened = {
  readonly store: ParameterStore
  readonly server: ApiServer
  readonly policy: StoragePolicy | undefined
  /** What is to be checked when a request to the store is ready to be sent. */
  readonly checkBeforeSending: (check: () => void) => void
}
