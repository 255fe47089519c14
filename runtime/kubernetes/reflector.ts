/**
 * Keeps up with the pods of the cluster: a list in pages, then watches, each from where the one before it ended; after
 * "expired" a list again. It never ends by itself, whatever the API server does.
 */
import type { Clock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import type { PodListWatch } from './list-watch.ts'
import type { PodMetadata } from './pod-metadata.ts'

export type PodSink = {
  readonly seen: (pod: PodMetadata) => void
  readonly gone: (pod: PodMetadata) => void
  /** A list begins; what it does not name by its end is gone. */
  readonly listBegins: () => void
  readonly listEnds: () => void
}

/** Why a watch ended: `ended` and `expired` are everyday; `silent` is a connection over which nothing comes any more. */
export type WatchEnd = 'ended' | 'expired' | 'silent' | 'failed'

export type ReflectorTools = {
  readonly clock: Clock
  readonly random: () => number
  /** Something came from the API server. */
  readonly progress: () => void
  readonly watchEnded: (why: WatchEnd, failure?: Failure) => void
  readonly listFailed: (failure: Failure) => void
  readonly signal: AbortSignal
  /** In milliseconds. */
  readonly silenceLimit?: number
}

/** With bookmarks a server says something every minute. */
const defaultSilenceLimit = 90_000
const shortestPause = 1000
const longestPause = 30_000
/** After so many failures in a row it may be the version that the server cannot go on from. */
const failuresBeforeList = 3

export async function runReflector(api: PodListWatch, sink: PodSink, tools: ReflectorTools): Promise<void> {
  const { clock, random, signal, listFailed } = tools
  let version: string | undefined
  let failures = 0
  while (!signal.aborted) {
    const listed: string | Failure = version ?? (await listAll(api, sink, tools))
    if (typeof listed === 'string') {
      const followed = await follow(api, sink, listed, tools)
      failures = followed.progressed ? 0 : failures + 1
      version = followed.version
      if (failures >= failuresBeforeList) version = undefined
    } else {
      failures++
      if (!signal.aborted) listFailed(listed)
    }
    const pause = Math.min(shortestPause * 2 ** Math.max(0, failures - 1), longestPause)
    // Even what ends well again and again must not become a storm.
    if (!signal.aborted) await clock.sleep(failures === 0 ? 0 : pause * (0.5 + random() / 2), { ref: false })
  }
}

/** @returns the version to watch from, or why there is none. */
async function listAll(
  api: PodListWatch,
  sink: PodSink,
  { progress, signal }: ReflectorTools,
): Promise<string | Failure> {
  try {
    sink.listBegins()
    let next: string | undefined
    while (!signal.aborted) {
      const page = await api.list(sink.seen, next)
      if (page === 'expired') return { code: 'UNREACHABLE', message: 'the list took too long: it expired' }
      progress()
      if (page.next === undefined) {
        sink.listEnds()
        return page.version
      }
      next = page.next
    }
    return { code: 'UNREACHABLE', message: 'stopped' }
  } catch (error) {
    return known(error)
  }
}

type Followed = {
  /** Where the next watch goes on; undefined: a list is needed. */
  readonly version: string | undefined
  readonly progressed: boolean
}

async function follow(
  api: PodListWatch,
  sink: PodSink,
  from: string,
  tools: ReflectorTools,
): Promise<Followed> {
  const { clock, progress, watchEnded, signal, silenceLimit = defaultSilenceLimit } = tools
  const cut = new AbortController()
  const stop = () => cut.abort()
  signal.addEventListener('abort', stop)
  let version = from
  let heard = clock.now()
  let [progressed, silent] = [false, false]
  const over = new AbortController()
  const watchdog = async () => {
    for (let left = silenceLimit; left > 0; left = heard + silenceLimit - clock.now()) {
      await clock.sleep(left, { ref: false })
      if (over.signal.aborted) return
    }
    silent = true
    cut.abort()
  }
  void watchdog()
  try {
    for await (const change of api.watch(version, cut.signal)) {
      heard = clock.now()
      progressed = true
      progress()
      if (change.type === 'expired') {
        watchEnded('expired')
        return { version: undefined, progressed: true }
      }
      version = change.version
      if (change.type !== 'bookmark') sink[change.type](change.pod)
    }
    // A watch that ended in its own time went well, even if nothing happened.
    if (silent) watchEnded('silent')
    else {
      progressed ||= clock.now() - heard >= shortestPause
      watchEnded('ended')
    }
  } catch (error) {
    const failure = known(error)
    if (!signal.aborted) watchEnded(silent ? 'silent' : 'failed', silent ? undefined : failure)
  } finally {
    over.abort()
    signal.removeEventListener('abort', stop)
  }
  return { version, progressed }
}

function known(error: unknown): Failure {
  const failure = failureOf(error)
  if (failure === undefined) throw error
  return failure
}
