/** The tables that a test prints about a time between two measurements. */
import type { ClusterLoad } from './cluster-load.ts'
import { type Sample, sumOf, sumsBy } from './metrics-text.ts'

/** Of the requests to the API server, the most frequent. */
const rows = 12
/** A watch lasts for minutes, which is no latency. */
const watches = ['WATCH', 'CONNECT']

/** Of a process that ended meanwhile, what it did is unknown: one that was started in its place counts from its start. */
export function describeLoad(before: ClusterLoad, after: ClusterLoad): string[] {
  return [...processTable(before, after), '', ...requestTable(before, after), '', ...counts(before, after)]
}

function processTable(before: ClusterLoad, after: ClusterLoad): string[] {
  const lines = [...after.processes].map(([key, { name, role, processorTime, memory, peakMemory }]) => {
    const earlier = before.processes.get(key)
    const used = processorTime - (earlier?.processorTime ?? 0)
    const what = [name, role, earlier === undefined ? 'restarted' : undefined].filter(Boolean).join(', ')
    return `| ${what} | ${Math.round(used)} s | ${memory} MB | ${peakMemory} MB |`
  })
  return [
    '| process | processor time | memory afterwards | peak memory |',
    '| --- | --- | --- | --- |',
    ...lines,
  ]
}

/** The samples of the processes that run still, so that no counter can have fallen. */
function stillCounted(samples: readonly Sample[], { processes }: ClusterLoad): readonly Sample[] {
  return samples.filter(({ labels: { process = '' } }) => processes.has(process))
}

function requestTable(earlier: ClusterLoad, later: ClusterLoad): string[] {
  const { apiServer: after } = later
  const before = stillCounted(earlier.apiServer, later)
  const by = ['verb', 'resource', 'subresource']
  const total = growth(
    sumsBy(before, 'apiserver_request_total', by),
    sumsBy(after, 'apiserver_request_total', by),
  )
  const seconds = growth(
    sumsBy(before, 'apiserver_request_duration_seconds_sum', by),
    sumsBy(after, 'apiserver_request_duration_seconds_sum', by),
  )
  const lines = [...total]
    .filter(([request]) => !watches.includes(request.split(' ')[0] ?? ''))
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, rows)
    .map(([request, count]) => {
      const of = (samples: readonly Sample[]) => buckets(samples, by, request)
      const most = quantile(growth(of(before), of(after)), 0.99)
      return `| ${request} | ${count} | ${milliseconds((seconds.get(request) ?? 0) / count)} | ${most} |`
    })
  return ['| request to the API server | count | mean | 99 % within |', '| --- | --- | --- | --- |', ...lines]
}

function counts(before: ClusterLoad, after: ClusterLoad): string[] {
  const apiServer = stillCounted(before.apiServer, after)
  const creator = stillCounted(before.creator, after)
  const ofServer = (name: string, by: readonly string[]) =>
    listed(growth(sumsBy(apiServer, name, by), sumsBy(after.apiServer, name, by)))
  const ofCreator = (metric: string, by: readonly string[]) => {
    const name = `kees_creator_${metric}`
    return listed(growth(sumsBy(creator, name, by), sumsBy(after.creator, name, by)))
  }
  const stored = (load: ClusterLoad) =>
    (sumOf(load.apiServer, 'apiserver_storage_size_bytes') / 1_000_000).toFixed(1)
  const objects = sumsBy(after.apiServer, 'apiserver_resource_objects', ['resource'])
  const etcd = (kind: string) =>
    sumOf(after.apiServer, `etcd_request_duration_seconds_${kind}`) -
    sumOf(apiServer, `etcd_request_duration_seconds_${kind}`)
  return [
    `requests by status: ${ofServer('apiserver_request_total', ['code'])}`,
    `watches that the API server closed: ${ofServer('apiserver_terminated_watchers_total', ['resource'])}`,
    `requests that priority and fairness rejected: ${ofServer('apiserver_flowcontrol_rejected_requests_total', ['priority_level'])}`,
    `objects, counted within the last minute: ${listed(new Map([...objects].filter(([name]) => ['pods', 'events', 'deployments', 'replicasets'].includes(name))))}`,
    `database of etcd: ${stored(before)} MB, then ${stored(after)} MB`,
    `requests to etcd: ${etcd('count')}, ${milliseconds(etcd('sum') / etcd('count'))} on average`,
    `creator: calls to the store: ${ofCreator('store_calls_total', ['operation'])}; failed: ${ofCreator('store_errors_total', ['operation', 'code'])}`,
    `creator: watches that ended: ${ofCreator('watch_restarts_total', ['cause'])}; failed lists: ${ofCreator('list_errors_total', ['code'])}; Lease: ${ofCreator('lease_errors_total', ['code'])}`,
    `creator: Events: ${ofCreator('events_total', ['outcome'])}; by reason: ${ofCreator('refusals_total', ['reason'])}`,
  ]
}

/** How much each value has grown; those that have not are left out. */
function growth(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): Map<string, number> {
  const all = [...after].map(([key, value]) => [key, value - (before.get(key) ?? 0)] as const)
  return new Map(all.filter(([, value]) => value > 0))
}

function listed(values: ReadonlyMap<string, number>): string {
  const texts = [...values].toSorted(([, a], [, b]) => b - a).map(([key, value]) => `${value} ${key}`)
  return texts.length === 0 ? 'none' : texts.join(', ')
}

/** By their upper bounds. */
function buckets(
  samples: readonly Sample[],
  by: readonly string[],
  request: string,
): ReadonlyMap<string, number> {
  const own = samples.filter(
    ({ name, labels }) =>
      name === 'apiserver_request_duration_seconds_bucket' &&
      by
        .map((label) => labels[label])
        .filter(Boolean)
        .join(' ') === request,
  )
  return sumsBy(own, 'apiserver_request_duration_seconds_bucket', ['le'])
}

/** The upper bound of the bucket with this share of all. */
function quantile(cumulative: ReadonlyMap<string, number>, share: number): string {
  const sorted = [...cumulative].toSorted(([a], [b]) => boundOf(a) - boundOf(b))
  const all = sorted.at(-1)?.[1] ?? 0
  const [bound = ''] = sorted.find(([, count]) => count >= share * all) ?? []
  return boundOf(bound) === Infinity ? 'more than 60 s' : milliseconds(boundOf(bound))
}

function boundOf(le: string): number {
  return le === '+Inf' ? Infinity : Number(le)
}

function milliseconds(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(2))} ms` : `${Number(seconds.toPrecision(2))} s`
}
