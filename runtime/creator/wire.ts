/** Puts the creator's parts together: what the watch fills, what works on it, and what is measured and said of it. */
import { describeBug } from '../../api/describe-bug.ts'
import type { Log } from '../log.ts'
import { existenceBatcher } from './existence-batcher.ts'
import { limitConcurrency } from '../scheduling/limit.ts'
import type { CreatorSettings } from './config.ts'
import type { CreatorWorld, Opened } from './creator-world.ts'
import { checkLeading, guardedStore } from './guarded-store.ts'
import type { EventNote } from './event-reasons.ts'
import { generate } from '../groups/generate.ts'
import { hourlyQuota } from './hourly-quota.ts'
import { ownerInspection } from './inspect-owners.ts'
import type { Metrics } from './metrics.ts'
import { type Pod, type PodIndex, podIndex, type Template } from './pod-index.ts'
import { rateLimiter } from '../scheduling/rate-limiter.ts'
import { families } from './reconcile-family.ts'
import type { RateLimitedLog } from './rate-limited-log.ts'
import { eventRecorder } from './event-recorder.ts'
import { watchAll, type Watching } from './watch-all.ts'
import { type Next, type WorkItem, workQueue } from '../scheduling/work-queue.ts'

/** Enough for calls of ten names, each of which waits for its turn. */
const workers = 32
/** Of the four threads that Node has for this, for DNS and for files. */
const parallelKeys = 2

export type Wired = {
  /** Begins at once, whoever leads. */
  readonly watching: Watching
  /** Works on what the watch finds. At the stop, it returns when what has begun is finished. */
  readonly act: () => Promise<unknown>
}

export type WireTools = {
  readonly log: Log
  readonly metrics: Metrics
  readonly complain: RateLimitedLog
  /** Right now. */
  readonly leads: () => boolean
}

export function wire(
  settings: CreatorSettings,
  { store, server, policy, checkBeforeSending }: Opened,
  { clock, random, stop }: CreatorWorld,
  { log, metrics, complain, leads }: WireTools,
): Wired {
  checkBeforeSending(() => checkLeading(leads))
  const queue = workQueue(clock, random)
  const telling = eventRecorder(server, {
    clock,
    time: () => new Date(),
    identity: settings.podName,
    told: (outcome, failure) => {
      metrics.count('events_total', { outcome })
      if (outcome !== 'sent')
        complain(`an Event was ${outcome === 'dropped' ? 'dropped' : 'not sent'}`, failure)
    },
  })
  const tell = (template: Template, note: EventNote, pods?: Iterable<Pod>) => {
    if (!telling.tell(template, note, pods) || note.reason === 'Created') return
    metrics.count('refusals_total', { reason: note.reason })
    log.warn('a pod is told', { namespace: template.namespace, reason: note.reason, about: note.message })
  }
  const inspection = ownerInspection(server, {
    clock,
    tell,
    failed: (failure) => complain('a pod was not read', failure),
  })
  const index: PodIndex = podIndex({ annotationDomain: settings.annotationDomain, policy }, clock.now, {
    familyChanged: queue.add,
    podAdded: (pod, template, owner) => {
      if (template.refusals.length > 0) queue.add(template.key, template.namespace)
      inspection.add(pod, template, owner)
    },
  })
  const reads = rateLimiter(settings.readRate, clock)
  const guarded = guardedStore(store, {
    puts: rateLimiter(settings.putRate, clock),
    reads,
    leads,
    stop,
    called: (operation, failure) => {
      metrics.count('store_calls_total', { operation })
      if (failure === undefined) return
      metrics.count('store_errors_total', { operation, code: failure.code })
      complain('a call to the store failed', failure)
    },
  })
  const known = families({
    clock,
    random,
    index,
    ask: existenceBatcher(guarded.existence, reads, clock),
    storeFor: guarded.for,
    generate: limitConcurrency(parallelKeys, generate),
    quota: hourlyQuota(clock),
    policy,
    tell,
    created: ({ type }, count, latency) => {
      metrics.count('created_total', { type }, count)
      metrics.observe('creation_latency_seconds', latency / 1000, count)
    },
    log,
  })
  const work = async ({ key }: WorkItem): Promise<Next> => {
    try {
      if (key.startsWith('/')) return await known.reconcile(key)
      const template = index.templateOf(key)
      if (template) for (const note of template.refusals) tell(template, note)
      return 'never'
    } catch (error) {
      // One that we cannot handle must not keep the others from being made.
      log.error('this is a bug of the creator, please report it', { ...describeBug(error) })
      return 'retry'
    }
  }
  metrics.gauge('queue_depth', queue.depth)
  metrics.gauge('pods', index.podCount)
  metrics.gauge('known_parameters', known.knownParameters)
  metrics.gauge('events_waiting', telling.waiting)
  metrics.gauge('leading', () => (leads() ? 1 : 0))

  const watching = watchAll(settings, server, index, {
    clock,
    random,
    metrics,
    complain,
    listed: (where) => log.info('the pods are listed', { where, annotated: index.podCount() }),
    stop,
  })
  const act = () =>
    Promise.all([queue.work(workers, work, stop), telling.send(stop), inspection.inspect(stop)])
  return { watching, act }
}
