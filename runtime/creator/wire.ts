/** Connects the creator's parts: the watch fills the index, the index the work queue, workers reconcile groups. */
import { isKey } from '../../api/declaration/secret-type.ts'
import { describeBug } from '../../api/describe-bug.ts'
import type { Log } from '../log.ts'
import { BudgetLedger, memoryBudgets } from './claims/budget-ledger.ts'
import { existenceBatcher } from './groups/existence-batcher.ts'
import type { CreatorSettings } from './config.ts'
import type { CreatorWorld, Opened } from './creator-world.ts'
import { checkLeading, guardedStore } from './groups/guarded-store.ts'
import { eventReports } from './report/event-reports.ts'
import { generate } from '../groups/generate.ts'
import { hourlyQuota } from './groups/hourly-quota.ts'
import { ownerInspection } from './report/inspect-owners.ts'
import { keyGenerator } from './groups/key-generator.ts'
import { lowerKeyThreads } from './groups/key-threads.ts'
import type { Metrics } from './report/metrics.ts'
import { PodIndex } from './claims/pod-index.ts'
import { tenants as tenantsOf } from './claims/tenants.ts'
import { RateLimiter } from '../scheduling/rate-limiter.ts'
import { groupReconciler } from './groups/reconcile-groups.ts'
import type { RateLimitedLog } from './report/rate-limited-log.ts'
import { watchAll, type Watching } from './watch-all.ts'
import { type Next, type WorkItem, WorkQueue } from '../scheduling/work-queue.ts'

/**
 * Groups that are worked on at a time, most of which wait for their turn: enough for calls of ten names while a hundred keys of the
 * same namespace wait to be generated. Where very many namespaces wait, each still has two, so that a value does not wait for a key.
 */
export const workLimits = { workers: 512, perNamespace: 128, reserved: 2, most: 2048 }
/** Of the four threads that Node has for this, for DNS and for files. */
const parallelKeys = 2
/** Of the heap, for what tenants choose. The rest is Node, what is in progress, and garbage that is not collected yet. */
export const heapShare = 0.2

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
  /** What Node allows the heap to have. */
  readonly heapBytes: number
  readonly usedHeap: () => number
}

export function wire(
  settings: CreatorSettings,
  { store, server, policy, checkBeforeSending }: Opened,
  { clock, random, log, metrics, warn, leads, stop, heapBytes, usedHeap }: WireTools,
): Wired {
  checkBeforeSending(() => checkLeading(leads))
  const tenants = tenantsOf(policy)
  const keyOf = (namespace: string) => tenants.of(namespace).key
  const queue = new WorkQueue(clock, random)
  const events = eventReports(server, { clock, identity: settings.podName, tenants, metrics, log, warn })
  const { record } = events
  const inspection = ownerInspection(server, {
    clock,
    tenants,
    templateOf: (key) => index.templateOf(key),
    record,
    failed: (failure) => warn('failed to read a pod', failure),
  })
  const ledger = new BudgetLedger(tenants, heapBytes * heapShare)
  const index = new PodIndex({ annotationDomain: settings.annotationDomain, policy }, ledger, clock.now, {
    claimsChanged: (baseName, namespace) => queue.add(baseName, keyOf(namespace)),
    unclaimed: (baseName) => {
      queue.remove(baseName)
      reconciler.forget(baseName)
    },
    podAdded: (pod, template, owner) => {
      if (template.warnings.length > 0) queue.add(template.key, keyOf(template.namespace))
      inspection.add(pod, template, owner)
    },
    templateGone: (key) => queue.remove(key),
    refused: events.refused,
  })
  const reads = new RateLimiter(settings.readRate, clock)
  const guarded = guardedStore(store, {
    puts: new RateLimiter(settings.putRate, clock),
    reads,
    leads,
    called: (operation, failure) => {
      metrics.count('store_calls_total', { operation })
      if (failure === undefined) return
      metrics.count('store_errors_total', { operation, code: failure.code })
      warn('a call to the store failed', failure)
    },
  })
  const generateKey = keyGenerator(parallelKeys, async (recipe) => {
    const key = generate(recipe)
    lowerKeyThreads()
    return await key
  })
  const ask = existenceBatcher(guarded.existence, reads, clock)
  const reconciler = groupReconciler({
    clock,
    random,
    index,
    ask: (namespace, name, signal) => ask(keyOf(namespace), name, signal),
    storeFor: (namespace, signal) => guarded.for(keyOf(namespace), signal),
    // Keys take time; other values take none.
    generateFor: (namespace, signal) => (recipe) =>
      isKey(recipe.type) ? generateKey(tenants.of(namespace), recipe, signal) : generate(recipe),
    quota: hourlyQuota(clock),
    tenants,
    record,
    created: ({ type }, count, latency) => {
      metrics.count('created_total', { type }, count)
      metrics.observe('creation_latency_seconds', latency / 1000, count)
    },
    log,
  })
  /** A key is the base name of groups, which begins with a slash, or the key of a template with warnings. */
  const work = async ({ key }: WorkItem, signal: AbortSignal): Promise<Next> => {
    try {
      if (key.startsWith('/')) return await reconciler.reconcile(key, signal)
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
  metrics.gauge('events_waiting', () => events.waiting())
  metrics.gauge('budget_used_ratio', () =>
    memoryBudgets.map((budget) => ({ labels: { budget }, value: ledger.usedRatio(budget) })),
  )
  metrics.gauge('heap_bytes', () => [
    { labels: { kind: 'used' }, value: usedHeap() },
    { labels: { kind: 'limit' }, value: heapBytes },
  ])
  metrics.gauge('leading', () => (leads() ? 1 : 0))

  const watching = watchAll(settings, server, index, {
    clock,
    random,
    metrics,
    warn,
    keyOf,
    listed: (where) => log.info('the pods are listed', { where, annotated: index.podCount() }),
    stop,
  })
  const act = () =>
    Promise.all([queue.work(workLimits, work, stop), events.send(stop), inspection.inspect(stop)])
  return { watching, act }
}
