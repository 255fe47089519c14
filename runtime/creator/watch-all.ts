/** The watches of the namespaces, or the one of the cluster, and what the kubelet is told of them. */
import type { Clock } from '../scheduling/clock.ts'
import type { Failure } from '../failure.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import type { CreatorSettings } from './config.ts'
import type { Metrics } from './metrics.ts'
import { podListWatch } from '../kubernetes/list-watch.ts'
import type { PodIndex } from './pod-index.ts'
import type { RateLimitedLog } from './rate-limited-log.ts'
import { runReflector } from '../kubernetes/reflector.ts'

export type Watching = {
  /** Problems; none is healthy. */
  readonly health: () => readonly string[]
  readonly readiness: () => readonly string[]
  /** If the API server says that the question itself is wrong. */
  readonly wrong: Promise<Failure>
}

export type WatchingTools = {
  readonly clock: Clock
  readonly random: () => number
  readonly metrics: Metrics
  readonly complain: RateLimitedLog
  /** For the first time. */
  readonly listed: (where: string) => void
  readonly stop: AbortSignal
}

/** Longer than any silence that heals by itself: an API server that is upgraded, a list of very many pods. */
const longestStall = 600_000

export function watchAll(
  { namespaces, labelSelector, annotationDomain }: CreatorSettings,
  server: ApiServer,
  index: PodIndex,
  { clock, random, metrics, complain, listed, stop }: WatchingTools,
): Watching {
  const wrong = Promise.withResolvers<Failure>()
  const watches = (namespaces.length === 0 ? [undefined] : namespaces).map((namespace) => {
    const state = { name: namespace ?? 'all namespaces', heard: clock.now(), listed: false }
    const sink = index.sink()
    const selection = { labelSelector, annotationDomain, ...(namespace === undefined ? {} : { namespace }) }
    const listEnds = () => {
      sink.listEnds()
      if (!state.listed) listed(state.name)
      state.listed = true
    }
    runReflector(
      podListWatch(server, selection, random),
      { ...sink, listEnds },
      {
        clock,
        random,
        signal: stop,
        progress: () => (state.heard = clock.now()),
        watchEnded: (cause, failure) => {
          metrics.count('watch_restarts_total', { cause })
          if (cause === 'failed' || cause === 'silent')
            complain(`the watch of pods ${cause === 'silent' ? 'went silent' : 'failed'}`, failure)
        },
        listFailed: (failure) => {
          metrics.count('list_errors_total', { code: failure.code })
          complain('pods were not listed', failure)
          if (failure.code === 'REFUSED' && !state.listed) wrong.resolve(failure)
        },
      },
    ).catch(wrong.reject)
    return state
  })
  const where = (some: readonly { readonly name: string }[], what: string) =>
    some.map(({ name }) => `${what}: ${name}`)
  return {
    health: () =>
      where(
        watches.filter(({ heard }) => clock.now() - heard > longestStall),
        'nothing was heard of the API server for ten minutes',
      ),
    readiness: () =>
      where(
        watches.filter((one) => !one.listed),
        'the pods are not listed yet',
      ),
    wrong: wrong.promise,
  }
}
