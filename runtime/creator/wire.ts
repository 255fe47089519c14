/** Connects the creator's parts: the watch fills the index, the index the work queue, workers reconcile groups. */
import { describeBug } from '../../api/describe-bug.ts'
import { failed } from '../failure.ts'
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
import { PodIndex } from './pod-index.ts'
import type { Pod, Template } from './template.ts'
import { RateLimiter } from '../scheduling/rate-limiter.ts'
import { groupReconciler } from './reconcile-groups.ts'
import type { RateLimitedLog } from './rate-limited-log.ts'
import { EventRecorder } from './event-recorder.ts'
import { watchAll, type Watching } from './watch-all.ts'
import { type Next, type WorkItem, WorkQueue } from '../scheduling/work-queue.ts'

/** Enough for calls of ten names, each of which waits for its turn, also while a hundred keys wait to be generated. */
const workers = 512
/** Of the four threads that Node has for this, for DNS and for files. */
const parallelKeys = 2

type Wired = {
  /** Begins at once, on every replica. */
  readonly watching: Watching
  /** Works on what the watch finds. After the signal, it returns when the work that has begun is finished. */
  readonly act: () => Promise<unknown>
}

type WireTools = Pick<CreatorWorld, 'clock' | 'random'> & {
  readonly log: Log
  readonly metrics: Metrics
  readonly warn: RateLimitedLog
  /** Right now. */
  readonly leads: () => boolean
  readonly stop: AbortSignal
}

export function wire(
  settings: CreatorSettings,
  { store, server, policy, checkBeforeSending }: Opened,
  { clock, random, log, metrics, warn, leads, stop }: WireTools,
): Wired {
  checkBeforeSending(() => checkLeading(leads))
  const queue = new WorkQueue(clock, random)
  const recorder = new EventRecorder(server, {
    clock,
    time: () => new Date(),
    identity: settings.podName,
    done: (outcome, failure) => {
      metrics.count('events_total', { outcome })
      if (outcome === 'dropped') warn('dropped an Event: too many wait', failure)
      else if (outcome !== 'sent') warn('failed to send an Event', failure)
    },
  })
  const record = (template: Template, note: EventNote, pods?: Iterable<Pod>) => {
    if (!recorder.record(template, note, pods) || note.reason === 'Created') return
    metrics.count('refusals_total', { reason: note.reason })
    const { namespace } = template
    log.warn('event recorded', { namespace, reason: note.reason, about: note.message })
  }
  const inspection = ownerInspection(server, {
    clock,
    templateOf: (key) => index.templateOf(key),
    record,
    failed: (failure) => warn('failed to read a pod', failure),
  })
  const index = new PodIndex({ annotationDomain: settings.annotationDomain, policy }, clock.now, {
    claimsChanged: (baseName, namespace) => queue.add(baseName, namespace),
    podAdded: (pod, template, owner) => {
      if (template.warnings.length > 0) queue.add(template.key, template.namespace)
      inspection.add(pod, template, owner)
    },
  })
  const reads = new RateLimiter(settings.readRate, clock)
  const guarded = guardedStore(store, {
    puts: new RateLimiter(settings.putRate, clock),
    reads,
    leads,
    stop,
    called: (operation, failure) => {
      metrics.count('store_calls_total', { operation })
      if (failure === undefined) return
      metrics.count('store_errors_total', { operation, code: failure.code })
      warn('a call to the store failed', failure)
    },
  })
  // Keys take seconds each, so the namespaces take turns; other values take no time.
  const generateKey = limitConcurrency(parallelKeys, async (size: number) => {
    if (stop.aborted) throw failed({ code: 'ABANDONED', message: 'the creator is stopping' })
    return await generate('RSA', size)
  })
  const reconciler = groupReconciler({
    clock,
    random,
    index,
    ask: existenceBatcher(guarded.existence, reads, clock),
    storeFor: guarded.for,
    generateFor: (namespace) => (type, size) =>
      type === 'RSA' ? generateKey(namespace, size) : generate(type, size),
    quota: hourlyQuota(clock),
    policy,
    record,
    created: ({ type }, count, latency) => {
      metrics.count('created_total', { type }, count)
      metrics.observe('creation_latency_seconds', latency / 1000, count)
    },
    log,
  })
  /** A key is the base name of groups, which begins with a slash, or the key of a template with warnings. */
  const work = async ({ key }: WorkItem): Promise<Next> => {
    try {
      if (key.startsWith('/')) return await reconciler.reconcile(key)
      const template = index.templateOf(key)
      if (template) for (const note of template.warnings) record(template, note)
      return 'never'
    } catch (error) {
      // One key that fails must not stop the work on the others.
      log.error('this is a bug of the creator, please report it', { ...describeBug(error) })
      return 'retry'
    }
  }
  metrics.gauge('queue_depth', () => queue.depth())
  metrics.gauge('pods', () => index.podCount())
  metrics.gauge('known_parameters', reconciler.knownParameters)
  metrics.gauge('events_waiting', () => recorder.waiting())
  metrics.gauge('leading', () => (leads() ? 1 : 0))

  const watching = watchAll(settings, server, index, {
    clock,
    random,
    metrics,
    warn,
    listed: (where) => log.info('the pods are listed', { where, annotated: index.podCount() }),
    stop,
  })
  const act = () =>
    Promise.all([queue.work(workers, work, stop), recorder.send(stop), inspection.inspect(stop)])
  return { watching, act }
}
