/**
 * Keeps a sink up to date with the pods of the cluster: a list in pages, then watches, each from where the one before it
 * ended; after "expired" a list again. Only the signal ends it, no answer of the API server.
 */
import type { Clock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import { abortable } from '../scheduling/abortable.ts'
import type { PodListWatch } from './list-watch.ts'
import type { PodMetadata } from './pod-metadata.ts'

export type PodSink = {
  readonly seen: (pod: PodMetadata) => void
  readonly gone: (pod: PodMetadata) => void
  /** Asked between two pods: what to wait for before the next one. Without it, they come as fast as they are sent. */
  readonly ready?: () => Promise<void> | undefined
  /** A list begins; what it does not name by its end is gone. */
  readonly listBegins: () => void
  readonly listEnds: () => void
}

/** Why a watch ended: `ended` and `expired` are normal; `silent`: nothing came over the connection for too long. */
export type WatchEnd = 'ended' | 'expired' | 'silent' | 'failed'

type ReflectorTools = {
  readonly clock: Clock
  readonly random: () => number
  /** Something came from the API server. */
  readonly progress: () => void
  /** @param early how many watches in a row ended too soon, this one included. */
  readonly watchEnded: (why: WatchEnd, early: number, failure?: Failure) => void
  readonly listFailed: (failure: Failure) => void
  /** Asked after each watch: whether a list is needed, because what it names was not kept the last time. */
  readonly wantsList?: () => boolean
  /** Aborted when the API server answers again after an outage: the back-off then starts anew. Asked before each pause. */
  readonly recovery?: () => AbortSignal
  readonly signal: AbortSignal
  /** In milliseconds. */
  readonly silenceLimit?: number
}

/** With bookmarks, an API server sends something every minute. */
const defaultSilenceLimit = 90_000
const shortestPause = 1000
const longestPause = 30_000
/** After so many watches without a frame the server may not be able to go on from this version. */
const failuresBeforeList = 3
/** A watch that ends before that did not go well: watches last minutes. */
const soundWatch = 10_000
/** The same of one that ended as "expired", because a list follows, which costs the API server much more. */
const soundBeforeList = 60_000

export async function runReflector(api: PodListWatch, sink: PodSink, tools: ReflectorTools): Promise<void> {
  const { signal, listFailed } = tools
  let version: string | undefined
  /** In a row: watches that ended too soon; those over which nothing came. */
  let [early, barren] = [0, 0]
  /** How often the pause was doubled, from 1; 0: none. */
  let pauses = 0
  while (!signal.aborted) {
    if (version === undefined) barren = 0
    const listed: string | Failure = version ?? (await listAll(api, sink, tools))
    if (typeof listed === 'string') {
      const watched = await follow(api, sink, listed, early, tools)
      const { next } = watched
      early = next === 'at once' ? 0 : early + 1
      barren = next === 'at once' || watched.progressed ? 0 : barren + 1
      pauses = { 'at once': 0, soon: 1, later: pauses + 1 }[next]
      const startsAnew = barren >= failuresBeforeList || (next === 'at once' && tools.wantsList?.() === true)
      version = startsAnew ? undefined : watched.version
    } else {
      pauses++
      if (!signal.aborted) listFailed(listed)
    }
    if (pauses > 0 && (await backOff(pauses, tools)) === 'recovered') [pauses, early] = [0, 0]
  }
}

/** Waits twice as long each time, with jitter. */
async function backOff(
  pauses: number,
  { clock, random, signal, recovery }: ReflectorTools,
): Promise<'over' | 'recovered'> {
  if (signal.aborted) return 'over'
  const longest = Math.min(shortestPause * 2 ** (pauses - 1), longestPause)
  const slept = clock.sleep(longest * (0.5 + random() / 2), { ref: false }).then(() => 'over' as const)
  return recovery === undefined ? await slept : ((await abortable(slept, recovery())) ?? 'recovered')
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
      const page = await api.list(sink.seen, next, sink.ready)
      if (page === 'expired')
        return { code: 'UNREACHABLE', message: 'the list of pods expired between two pages', ...api.peer }
      progress()
      if (page.next === undefined) {
        sink.listEnds()
        return page.version
      }
      next = page.next
    }
    return { code: 'ABANDONED', message: 'stopped' }
  } catch (error) {
    return known(error)
  }
}

type Watched = {
  /** Where the next watch goes on; undefined: a list is needed. */
  readonly version: string | undefined
  /** Something came. */
  readonly progressed: boolean
  /**
   * When the next watch, or list, follows. `soon`: it ended too soon, but got further. While very many pods change, an API server
   * closes watches that do not keep up; the longer the pause, the more it has to send afterwards, and the sooner it closes the next one.
   */
  readonly next: 'at once' | 'soon' | 'later'
}

/** One watch. @param before how many in a row ended too soon. */
async function follow(
  api: PodListWatch,
  sink: PodSink,
  from: string,
  before: number,
  { clock, progress, watchEnded, signal, silenceLimit = defaultSilenceLimit }: ReflectorTools,
): Promise<Watched> {
  const begun = clock.now()
  const cut = new AbortController()
  const stop = () => cut.abort()
  signal.addEventListener('abort', stop)
  const silence = watchSilence(clock, silenceLimit, stop)
  let version: string | undefined = from
  let progressed = false
  const end = (why: WatchEnd, failure?: Failure): Watched => {
    const sound = clock.now() - begun >= (why === 'expired' ? soundBeforeList : soundWatch)
    const wentWell = why === 'silent' || why === 'failed' ? progressed && sound : sound
    if (!signal.aborted) watchEnded(why, wentWell ? 0 : before + 1, failure)
    const gotFurther = version !== undefined && version !== from
    const next = wentWell ? 'at once' : gotFurther ? 'soon' : 'later'
    return { version, progressed, next }
  }
  try {
    for await (const change of api.watch(from, cut.signal)) {
      silence.heard()
      progress()
      if (change.type === 'expired') {
        version = undefined
        return end('expired')
      }
      progressed = true
      version = change.version
      if (change.type !== 'bookmark') sink[change.type](change.pod)
      const ready = sink.ready?.()
      if (ready) await ready
    }
    return end(silence.isOver() ? 'silent' : 'ended')
  } catch (error) {
    const failure = known(error)
    return silence.isOver() ? end('silent') : end('failed', failure)
  } finally {
    silence.stop()
    signal.removeEventListener('abort', stop)
  }
}

/** Calls `cut` when nothing was heard for longer than the limit. */
function watchSilence(clock: Clock, limit: number, cut: () => void) {
  let heard = clock.now()
  let state: 'listening' | 'over' | 'stopped' = 'listening'
  const run = async () => {
    for (let left = limit; left > 0; left = heard + limit - clock.now()) {
      await clock.sleep(left, { ref: false })
      if (state === 'stopped') return
    }
    state = 'over'
    cut()
  }
  void run()
  return {
    heard: () => void (heard = clock.now()),
    isOver: () => state === 'over',
    stop: () => void (state = 'stopped'),
  }
}

function known(error: unknown): Failure {
  const failure = failureOf(error)
  if (failure === undefined) throw error
  return failure
}
