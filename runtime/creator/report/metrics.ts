/** Counts and measures what the creator does, for Prometheus. */
import { formatMetrics, type Labels, type Sample } from '../../prometheus-text.ts'
import {
  type CounterName,
  type LabelsOf,
  type MetricName,
  type MetricRow,
  metricTable,
} from './metric-table.ts'

export type Metrics = {
  readonly count: <N extends CounterName>(name: N, labels: LabelsOf<N> & Labels, by?: number) => void
  readonly observe: (name: MetricName, seconds: number, times?: number) => void
  /** @param read called each time the metrics are read. */
  readonly gauge: (name: MetricName, read: () => number | readonly Sample[]) => void
  readonly text: () => string
}

const prefix = 'kees_creator_'
const buckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800]
const names = Object.keys(metricTable).filter(isMetric)

type Histogram = { readonly counts: number[]; sum: number; count: number }
type Counter = { readonly labels: Labels; value: number }

export function metrics(): Metrics {
  const counters = new Map(names.map((name) => [name, seriesAtZero(metricTable[name])]))
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
    count(name, labels, by = 1) {
      const series = counters.get(name)
      const key = keyOf(labels)
      const counter = series?.get(key) ?? { labels, value: 0 }
      counter.value += by
      series?.set(key, counter)
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
        names.map((name) => {
          const { type, help } = metricTable[name]
          return { name: `${prefix}${name}`, type, help, samples: samplesOf(name) }
        }),
      ),
  }
}

/**
 * With each combination of the known labels: `increase()` does not see the beginning of a series, so one that began with its
 * first count would hide it.
 */
function seriesAtZero({ type, labels = {} }: MetricRow): Map<string, Counter> {
  if (type !== 'counter') return new Map()
  let all: readonly Labels[] = [{}]
  for (const [label, values] of Object.entries(labels))
    all = all.flatMap((some) => values.map((value) => ({ ...some, [label]: value })))
  return new Map(all.map((some) => [keyOf(some), { labels: some, value: 0 }]))
}

/** The same, in any order the labels are. */
function keyOf(labels: Labels): string {
  return JSON.stringify(labels, Object.keys(labels).toSorted())
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
