/** The Events that the creator records on pods, with what the log and the metrics say of them. */
import type { Failure } from '../../failure.ts'
import type { ApiServer } from '../../kubernetes/api-server.ts'
import type { Log } from '../../log.ts'
import type { Clock } from '../../scheduling/clock.ts'
import type { Budget } from '../claims/budget-ledger.ts'
import { EventRecorder } from './event-recorder.ts'
import type { EventNote } from '../claims/event-reasons.ts'
import type { Metrics } from './metrics.ts'
import type { RateLimitedLog } from './rate-limited-log.ts'
import type { Pod, Template } from '../claims/template.ts'
import type { Tenants } from '../claims/tenants.ts'

type ReportsTools = {
  readonly clock: Clock
  readonly identity: string
  readonly tenants: Tenants
  readonly metrics: Metrics
  readonly log: Log
  readonly warn: RateLimitedLog
}

type EventReports = {
  readonly record: (template: Template, note: EventNote, pods?: Iterable<Pod>) => void
  /** The pod is not kept, because its tenant has reached a limit. */
  readonly refused: (pod: Pick<Pod, 'uid' | 'name'>, namespace: string, budget: Budget) => void
  readonly waiting: () => number
  readonly send: (signal: AbortSignal) => Promise<void>
}

const hour = 3_600_000
/** Of the pods that are refused, those that get an Event, per tenant and hour. */
const refusalsAnHour = 20
/** So many tenants are remembered. */
const remembered = 1000

export function eventReports(
  server: ApiServer,
  { clock, identity, tenants, metrics, log, warn }: ReportsTools,
): EventReports {
  const recorder = new EventRecorder(server, {
    clock,
    tenants,
    time: () => new Date(),
    identity,
    done: (outcome, failure?: Failure) => {
      metrics.count('events_total', { outcome })
      if (outcome === 'dropped') warn('dropped an Event: too many are waiting', failure)
      else if (outcome !== 'sent') warn('failed to send an Event', failure)
    },
  })
  const reported = (namespace: string, { reason, message }: EventNote) => {
    if (reason === 'Created') return
    metrics.count('refusals_total', { reason })
    log.warn('event recorded', { namespace, reason, about: message })
  }
  /** By tenant. */
  const refusals = new Map<string, { readonly since: number; count: number }>()
  const mayReport = (key: string) => {
    const before = refusals.get(key)
    const now = clock.now()
    const current = before && now - before.since < hour ? before : { since: now, count: 0 }
    refusals.delete(key)
    refusals.set(key, current)
    const [oldest] = refusals.keys()
    if (refusals.size > remembered && oldest !== undefined) refusals.delete(oldest)
    return current.count++ < refusalsAnHour
  }
  return {
    record: (template, note, pods) => {
      if (recorder.record(template, note, pods)) reported(template.namespace, note)
    },
    refused: (pod, namespace, budget) => {
      metrics.count('budget_refusals_total', { budget })
      const { key, budgets } = tenants.of(namespace)
      if (!mayReport(key)) return
      const note = { reason: 'BudgetExceeded', message: refusalMessage(budget, budgets) } as const
      if (recorder.recordOn(pod, namespace, note)) reported(namespace, note)
    },
    waiting: () => recorder.waiting(),
    send: (signal) => recorder.send(signal),
  }
}

function refusalMessage(budget: Budget, limits: Readonly<Record<Exclude<Budget, 'heap'>, number>>): string {
  const consequence = 'the declarations of this pod are ignored until there is room'
  if (budget === 'heap') {
    return `the memory of the creator is full, and this namespace is the first to give room: ${consequence}`
  }
  const limit = `${budget} of the StoragePolicy is ${limits[budget]}`
  return `the pods of this namespace have reached a limit of the creator (${limit}): ${consequence}`
}
