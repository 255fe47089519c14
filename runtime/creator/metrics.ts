/** Counters, gauges and histograms as Prometheus reads them: https://prometheus.io/docs/instrumenting/exposition_formats/ */

import { formatLabels, type Labels } from '../prometheus-text.ts'

export const metricTable = {
  queue_depth: { type: 'gauge', help: 'families of parameters that wait to be looked at' },
  pods: { type: 'gauge', help: 'annotated pods that are not finished' },
  known_parameters: { type: 'gauge', help: 'parameters that were seen to exist' },
  leading: { type: 'gauge', help: '1 for the replica that leads' },
  events_waiting: { type: 'gauge', help: 'Events that wait to be sent' },
  creation_latency_seconds: {
    type: 'histogram',
    help: 'from the first pod of a template being seen to its group being stored',
  },
  created_total: { type: 'counter', help: 'parameters that were stored, by type' },
  refusals_total: { type: 'counter', help: 'what was refused or reported on pods, by reason' },
  store_calls_total: { type: 'counter', help: 'calls to the store, by operation' },
  store_errors_total: { type: 'counter', help: 'calls to the store that failed, by operation and code' },
  watch_restarts_total: { type: 'counter', help: 'watches of pods that ended, by cause' },
  list_errors_total: { type: 'counter', help: 'lists of pods that failed, by code' },
  events_total: { type: 'counter', help: 'Events, by what became of them' },
  lease_errors_total: { type: 'counter', help: 'failed attempts to get or keep the Lease, by code' },
} as const satisfies Readonly<Record<string, { readonly type: string; readonly help: string }>>

export type MetricName = keyof typeof metricTable

export type Metrics = {
  readonly count: (name: MetricName, labels?: Labels, by?: number) => void
  readonly observe: (name: MetricName, seconds: number, times?: number) => void
  /** Asked for when somebody reads. */
  readonly gauge: (name: MetricName, read: () => number) => void
  readonly text: () => string
}

const prefix = 'kees_creator_'
const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]

type Histogram = { readonly counts: number[]; sum: number; count: number }

export function metrics(): Metrics {
  const counters = new Map<MetricName, Map<string, number>>()
  const histograms = new Map<MetricName, Histogram>()
  const gauges = new Map<MetricName, () => number>()

  const linesOf = (name: MetricName): string[] => {
    const { type, help } = metricTable[name]
    const full = `${prefix}${name}`
    const head = [`# HELP ${full} ${help}`, `# TYPE ${full} ${type}`]
    const gauge = gauges.get(name)
    if (gauge) return [...head, `${full} ${gauge()}`]
    const histogram = histograms.get(name) ?? empty()
    if (type === 'histogram') return [...head, ...histogramLines(full, histogram)]
    return [...head, ...[...(counters.get(name) ?? [])].map(([labels, value]) => `${full}${labels} ${value}`)]
  }
  return {
    count(name, labels = {}, by = 1) {
      const series = counters.get(name) ?? new Map<string, number>()
      const key = formatLabels(labels)
      counters.set(name, series.set(key, (series.get(key) ?? 0) + by))
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
    text: () => `${Object.keys(metricTable).filter(isMetric).flatMap(linesOf).join('\n')}\n`,
  }
}

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(metricTable, name)
}

function empty(): Histogram {
  return { counts: buckets.map(() => 0), sum: 0, count: 0 }
}

function histogramLines(name: string, { counts, sum, count }: Histogram): string[] {
  return [
    ...buckets.map((bound, index) => `${name}_bucket{le="${bound}"} ${counts[index] ?? 0}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
  ]
}
