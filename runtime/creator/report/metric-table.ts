/** The creator's metrics, without their prefix: one table, for the code and the documents. */
import { generatedTypes } from '../../../api/declaration/secret-type.ts'
import type { FailureCode } from '../../failure.ts'
import { memoryBudgets } from '../claims/budget-ledger.ts'
import { type EventReason, eventReasons } from '../claims/event-reasons.ts'

export type MetricRow = {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Each with its known values. */
  readonly labels?: Readonly<Record<string, readonly string[]>>
}

const reasons = Object.keys(eventReasons).filter((reason): reason is EventReason => reason in eventReasons)
const warnings = reasons.filter((reason) => eventReasons[reason].type === 'Warning')
/** Of failed calls. A code that is not here has no series before its first count. */
const apiCodes: readonly FailureCode[] = [
  'ACCESS_DENIED',
  'CREDENTIALS_MISSING',
  'REFUSED',
  'UNREACHABLE',
  'BAD_ANSWER',
]
const storeCodes: readonly FailureCode[] = [...apiCodes, 'CREDENTIALS_REFUSED', 'THROTTLED']
const operations = ['exists', 'get', 'create'] as const

export const metricTable = {
  queue_depth: { type: 'gauge', help: 'parameter groups waiting in the work queue' },
  pods: { type: 'gauge', help: 'annotated pods that have not finished' },
  known_parameters: { type: 'gauge', help: 'parameters known to exist in the store' },
  leading: { type: 'gauge', help: '1 on the replica that is the leader, 0 on the others' },
  events_waiting: { type: 'gauge', help: 'Events waiting to be sent' },
  budget_used_ratio: {
    type: 'gauge',
    help: 'how near the namespace that occupies most is to a limit, by limit (budget); of budget heap, all namespaces together',
    labels: { budget: memoryBudgets },
  },
  heap_bytes: {
    type: 'gauge',
    help: 'the heap of the process: used, and the limit above which the process ends (kind)',
    labels: { kind: ['used', 'limit'] },
  },
  budget_refusals_total: {
    type: 'counter',
    help: 'pods that were ignored because of a limit, by limit (budget)',
    labels: { budget: memoryBudgets },
  },
  creation_latency_seconds: {
    type: 'histogram',
    help: 'time from seeing the first pod of a template to storing its parameters',
  },
  created_total: {
    type: 'counter',
    help: 'parameters created, by type',
    labels: { type: generatedTypes },
  },
  refusals_total: {
    type: 'counter',
    help: 'Warning Events recorded on pods, by reason',
    labels: { reason: warnings },
  },
  store_calls_total: {
    type: 'counter',
    help: 'calls to the store, by operation',
    labels: { operation: operations },
  },
  store_errors_total: {
    type: 'counter',
    help: 'failed calls to the store, by operation and code',
    labels: { operation: operations, code: storeCodes },
  },
  watch_restarts_total: {
    type: 'counter',
    help: 'watches of pods that ended, by cause',
    labels: { cause: ['ended', 'expired', 'silent', 'failed'] },
  },
  list_errors_total: {
    type: 'counter',
    help: 'failed lists of pods, by code',
    labels: { code: apiCodes },
  },
  events_total: {
    type: 'counter',
    help: 'Events, by outcome',
    labels: { outcome: ['sent', 'dropped', 'refused', 'unreachable'] },
  },
  lease_errors_total: {
    type: 'counter',
    help: 'failed attempts to acquire or renew the Lease, by code',
    labels: { code: apiCodes },
  },
} as const satisfies Readonly<Record<string, MetricRow>>

type Table = typeof metricTable
export type MetricName = keyof Table
export type CounterName = { [N in MetricName]: Table[N]['type'] extends 'counter' ? N : never }[MetricName]
export type LabelsOf<N extends CounterName> = {
  readonly [L in keyof Table[N]['labels']]: Table[N]['labels'][L] extends readonly (infer V)[] ? V : never
}
