/**
 * What arrives from a list or a watch, on its way to the index. Reading the annotations of a pod may take milliseconds, and one
 * team may change its pods as often as it likes. So whatever arrives faster than it is read waits: the changes of one pod
 * count as one, the tenants take turns, and the timers and the network have their turn in between.
 */
import type { PodMetadata } from '../../kubernetes/pod-metadata.ts'
import type { PodSink } from '../../kubernetes/reflector.ts'
import type { Clock } from '../../scheduling/clock.ts'
import { FairQueue } from '../../scheduling/fair-queue.ts'
import type { IndexSink } from './pod-index.ts'

type IntakeTools = {
  readonly clock: Pick<Clock, 'now'>
  /** Whose turn a pod takes. */
  readonly keyOf: (namespace: string) => string
  /** Calls back when the timers and the network had their turn. */
  readonly defer: (work: () => void) => void
}

/** The latest change of a pod, and when it arrived. */
type Change = {
  readonly pod: PodMetadata
  readonly gone: boolean
  readonly order: number
  readonly bytes: number
}

/** How long pods are read, and how long what waits, before everything else has its turn: in milliseconds. */
const slice = 10
/** So much may wait. All of it is read at once when a list begins or ends, which must not cost the Lease. */
const mostWaiting = 2 * 1024 * 1024
const changeBytes = 500

export function podIntake(sink: IndexSink, { clock, keyOf, defer }: IntakeTools): PodSink {
  /** By uid. */
  const changes = new Map<string, Change>()
  /** The uids, in the order of their turns. */
  const queue = new FairQueue<string>()
  let waiting = 0
  /** When the slice began; undefined after the timers and the network had their turn. */
  let begun: number | undefined
  /** More arrives than is read at once: what arrives waits, so that changes of one pod become one. */
  let isBusy = false
  /** Each pod arrives once, and what reads the list waits: there is nothing to gain by letting pods wait. */
  let isListing = false
  /** Those that read from the API server, and wait. */
  const paused: (() => void)[] = []

  const isFull = () => waiting > mostWaiting
  const isOver = () => begun !== undefined && clock.now() - begun >= slice
  const beginSlice = () => {
    if (begun === undefined) defer(nextSlice)
    begun ??= clock.now()
  }
  const nextSlice = () => {
    begun = undefined
    if (queue.size() > 0 || paused.length > 0) beginSlice()
    while (queue.size() > 0 && !isOver()) readNext()
    isBusy = queue.size() > 0 || paused.length > 0
    if (paused.length === 0 || isFull()) return
    begun = clock.now()
    for (const resume of paused.splice(0)) resume()
  }
  const read = ({ pod, gone, order }: Pick<Change, 'pod' | 'gone' | 'order'>) => {
    if (gone) sink.gone(pod)
    else sink.seen(pod, order)
  }
  const readNext = () => {
    const uid = queue.shift()
    const change = uid === undefined ? undefined : changes.get(uid)
    if (change === undefined) return
    changes.delete(change.pod.uid)
    waiting -= change.bytes
    read(change)
  }
  const arrive = (pod: PodMetadata, gone: boolean) => {
    beginSlice()
    const order = sink.arrival()
    const before = changes.get(pod.uid)
    if ((isListing || !isBusy) && queue.size() === 0 && !isOver()) return read({ pod, gone, order })
    const bytes =
      changeBytes + pod.annotations.reduce((sum, [key, value]) => sum + key.length + value.length, 0)
    waiting += bytes - (before?.bytes ?? 0)
    changes.set(pod.uid, { pod, gone, order, bytes })
    if (before === undefined) queue.push(keyOf(pod.namespace), pod.uid)
  }
  const readAll = () => {
    while (queue.size() > 0) readNext()
  }
  return {
    seen: (pod) => arrive(pod, false),
    gone: (pod) => arrive(pod, true),
    ready: () => (isOver() || isFull() ? new Promise((resolve) => paused.push(resolve)) : undefined),
    listBegins: () => {
      readAll()
      isListing = true
      sink.listBegins()
    },
    listEnds: () => {
      readAll()
      isListing = false
      sink.listEnds()
    },
  }
}
