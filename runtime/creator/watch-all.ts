/** The watches of the namespaces, or the one of the cluster, and what follows from them for probes and for the leadership. */
import type { Clock } from '../scheduling/clock.ts'
import type { Failure } from '../failure.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import type { CreatorSettings } from './config.ts'
import type { Metrics } from './report/metrics.ts'
import { podListWatch } from '../kubernetes/list-watch.ts'
import type { PodIndex } from './claims/pod-index.ts'
import { podIntake } from './claims/pod-intake.ts'
import type { RateLimitedLog } from './report/rate-limited-log.ts'
import { runReflector, type WatchEnd } from '../kubernetes/reflector.ts'

export type Watching = {
  /** What is wrong; empty when healthy. */
  readonly health: () => readonly string[]
  readonly readiness: () => readonly string[]
  /** Every namespace was listed, and no list has failed since: this replica may take the Lease. */
  readonly mayLead: () => boolean
  /** The same, and lists that failed for a short time do not count: the leader may keep the Lease. */
  readonly mayKeepLeading: () => boolean
  /** The API server answers again: lists and watches that wait are tried at once. */
  readonly retryNow: () => void
  /** Resolved when the API server refuses the request itself, so that trying again does not help. */
  readonly refused: Promise<Failure>
}

type WatchingTools = {
  readonly clock: Clock
  readonly random: () => number
  readonly metrics: Metrics
  readonly warn: RateLimitedLog
  /** For the first time. */
  readonly listed: (where: string) => void
  readonly stop: AbortSignal
  /** Whose turn a pod takes: see tenants.ts. */
  readonly keyOf: (namespace: string) => string
}

type State = {
  readonly name: string
  /** When the API server last sent something, in the clock's time. */
  heard: number
  listed: boolean
  /** When lists began to fail; undefined when the last one was complete. */
  failingSince: number | undefined
}

/** Longer than any silence that heals by itself: an API server that is upgraded, a list of very many pods. */
const longestStall = 600_000
/** How long a leader whose lists fail keeps the Lease: a few attempts. */
const listPatience = 30_000
/** From this many watches in a row that ended too soon, a warning. */
const earlyEndsBeforeWarning = 3

export function watchAll(
  { namespaces, labelSelector, annotationDomain }: CreatorSettings,
  server: ApiServer,
  index: PodIndex,
  { clock, random, metrics, warn, listed, stop, keyOf }: WatchingTools,
): Watching {
  const refused = Promise.withResolvers<Failure>()
  let recovery = new AbortController()

  const watchEnded = (cause: WatchEnd, early: number, failure?: Failure) => {
    metrics.count('watch_restarts_total', { cause })
    if (cause === 'silent') warn('the watch of pods was silent and was closed', failure)
    else if (cause === 'failed') warn('the watch of pods failed', failure)
    else if (early >= earlyEndsBeforeWarning) warn(`the watch of pods ${cause} too soon, again and again`)
  }
  const watch = (namespace: string | undefined): State => {
    const name = namespace ?? 'all namespaces'
    const state: State = { name, heard: clock.now(), listed: false, failingSince: undefined }
    const sink = podIntake(index.sink(), { clock, keyOf, defer: setImmediate })
    const listEnds = () => {
      sink.listEnds()
      state.failingSince = undefined
      if (!state.listed) listed(name)
      state.listed = true
    }
    const listFailed = (failure: Failure) => {
      state.failingSince ??= clock.now()
      metrics.count('list_errors_total', { code: failure.code })
      warn('failed to list pods', failure)
      if (failure.code === 'REFUSED' && !state.listed) refused.resolve(failure)
    }
    const selection = { labelSelector, annotationDomain, ...(namespace === undefined ? {} : { namespace }) }
    runReflector(
      podListWatch(server, selection, { clock, random }),
      { ...sink, listEnds },
      {
        clock,
        random,
        signal: stop,
        progress: () => (state.heard = clock.now()),
        watchEnded,
        listFailed,
        wantsList: () => index.wantsList(),
        recovery: () => recovery.signal,
      },
    ).catch(refused.reject)
    return state
  }
  const states = (namespaces.length === 0 ? [undefined] : namespaces).map(watch)
  const failingFor = ({ failingSince }: State) =>
    failingSince === undefined ? 0 : clock.now() - failingSince
  const where = (some: readonly State[], what: string) => some.map(({ name }) => `${what}: ${name}`)
  return {
    health: () =>
      where(
        states.filter(({ heard }) => clock.now() - heard > longestStall),
        'no answer from the API server for ten minutes',
      ),
    readiness: () =>
      where(
        states.filter((one) => !one.listed),
        'the pods are not listed yet',
      ),
    mayLead: () => states.every((one) => one.listed && one.failingSince === undefined),
    mayKeepLeading: () => states.every((one) => one.listed && failingFor(one) < listPatience),
    retryNow: () => {
      recovery.abort()
      recovery = new AbortController()
    },
    refused: refused.promise,
  }
}
