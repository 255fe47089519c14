/** The creator's metrics: one table, for the code and the documents. */
import { formatMetrics, type Labels, type Sample } from '../../prometheus-text.ts'

export const metricTable = {
  queue_depth: { type: 'gauge', help: 'parameter groups waiting in the work queue' },
  pods: { type: 'gauge', help: 'annotated pods that have not finished' },
  known_parameters: { type: 'gauge', help: 'parameters known to exist in the store' },
  leading: { type: 'gauge', help: '1 on the replica that is the leader, 0 on the others' },
  events_waiting: { type: 'gauge', help: 'Events waiting to be sent' },
  budget_used_ratio: {
    type: 'gauge',
    help: 'how near the namespace that occupies most is to a limit, by limit (budget); of budget heap, all namespaces together',
  },
  heap_bytes: {
    type: 'gauge',
    help: 'the heap of the process: used, and the limit above which the process ends (kind)',
  },
  budget_refusals_total: {
    type: 'counter',
    help: 'pods that were ignored because of a limit, by limit (budget)',
  },
  creation_latency_seconds: {
    type: 'histogram',
    help: 'time from seeing the first pod of a template to storing its parameters',
  },
  created_total: { type: 'counter', help: 'parameters created, by type' },
  refusals_total: { type: 'counter', help: 'Warning Events recorded on pods, by reason' },
  store_calls_total: { type: 'counter', help: 'calls to the store, by operation' },
  store_errors_total: { type: 'counter', help: 'failed calls to the store, by operation and code' },
  watch_restarts_total: { type: 'counter', help: 'watches of pods that ended, by cause' },
  list_errors_total: { type: 'counter', help: 'failed lists of pods, by code' },
  events_total: { type: 'counter', help: 'Events, by outcome' },
  lease_errors_total: { type: 'counter', help: 'failed attempts to acquire or renew the Lease, by code' },
} as const satisfies Readonly<
  Record<string, { readonly type: 'counter' | 'gauge' | 'histogram'; readonly help: string }>
>

type MetricName = keyof typeof metricTable

export type Metrics = {
  readonly count: (name: MetricName, labels?: Labels, by?: number) => void
  readonly observe: (name: MetricName, seconds: number, times?: number) => void
  /** @param read called each time the metrics are read. */
  readonly gauge: (name: MetricName, read: () => number | readonly Sample[]) => void
  readonly text: () => string
}

const prefix = 'kees_creator_'
const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]

type Histogram = { readonly counts: number[]; sum: number; count: number }
type Counter = { readonly labels: Labels; value: number }

export function metrics(): Metrics {
  /** By name, then by labels as text. */
  const counters = new Map<MetricName, Map<string, Counter>>()
  const histograms = new Map<MetricName, Histogram>()
  const gauges = new Map<MetricName, () => number | readonly Sample[]>()

  const samplesOf = (name: MetricName): readonly Sample[] => {
    const gauge = gauges.get(name)
    const value = gauge?.()
    if (value !== undefined) return typeof value === 'number' ? [{ value }] : value
    if (metricTable[name].type === 'histogram') return histogramSamples(histograms.get(name) ?? empty())
    return [...(counters.get(name)?.values() ?? [])]
  }
  return {
    count(name, labels = {}, by = 1) {
      const series = counters.get(name) ?? new Map<string, Counter>()
      counters.set(name, series)
      const key = JSON.stringify(labels)
      const counter = series.get(key) ?? { labels, value: 0 }
      counter.value += by
      series.set(key, counter)
    },
    observe(name, seconds, times = 1) {
      const histogram = histograms.get(name) ?? empty()
      histograms.set(name, histogram)
      buckets.forEach((bound, index) => {
        if (seconds <= bound) histogram.counts[index] = (histogram.counts[index] ?? 0) + times
      })
      histogram.sum += seconds * times
      histogram.count += times
    },
    gauge: (name, read) => void gauges.set(name, read),
    text: () =>
      formatMetrics(
        Object.keys(metricTable)
          .filter(isMetric)
          .map((name) => ({ name: `${prefix}${name}`, ...metricTable[name], samples: samplesOf(name) })),
      ),
  }
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metricTable, name)
}

function empty(): Histogram {
  return { counts: buckets.map(() => 0), sum: 0, count: 0 }
}

function histogramSamples({ counts, sum, count }: Histogram): Sample[] {
  return [
    ...buckets.map((bound, index) => ({
      suffix: '_bucket',
      labels: { le: `${bound}` },
      value: counts[index] ?? 0,
    })),
    { suffix: '_bucket', labels: { le: '+Inf' }, value: count },
    { suffix: '_sum', value: sum },
    { suffix: '_count', value: count },
  ]
}
