/** The Events of the creator, and what is true of them however busy the cluster was. */
import type { Test } from 'tap'
import { type Sample, sumOf } from './metrics-text.ts'
import type { Cluster } from './use-node.ts'

type CreatorEvent = {
  readonly reason: string
  readonly message: string
  /** The pod of the creator. */
  readonly reportingInstance: string
  readonly involvedObject: { readonly namespace: string; readonly uid: string }
}

/** Of one message, a leader records so many Events on the pods of a template. */
const podsOfTemplate = 5

/** Those of the creator that is installed now: the tests of a run share the node. */
export async function creatorEvents(cluster: Cluster, reason?: string): Promise<readonly CreatorEvent[]> {
  const selector = ['source=kees-creator', ...(reason === undefined ? [] : [`reason=${reason}`])].join(',')
  const pods = await cluster.kubectl(['-n', 'kees', 'get', 'pods', '-o', 'name'])
  const instances = new Set(pods.split('\n').map((pod) => pod.replace('pod/', '')))
  const printed = await cluster.kubectl(['get', 'events', '-A', `--field-selector=${selector}`, '-o', 'json'])
  const { items }: { readonly items: readonly CreatorEvent[] } = JSON.parse(printed)
  return items.filter(({ reportingInstance }) => instances.has(reportingInstance))
}

/** @param creator the metrics of all replicas. @param leaders how many there were, one after the other. */
export async function checkEvents(
  t: Test,
  events: readonly CreatorEvent[],
  creator: readonly Sample[],
  leaders: number,
): Promise<void> {
  const counted = (outcome: string) => sumOf(creator, 'kees_creator_events_total', { outcome })
  const sent = counted('sent')
  for (const outcome of ['dropped', 'refused']) t.equal(counted(outcome), 0, outcome)
  t.ok(counted('unreachable') <= sent / 100, `${counted('unreachable')} of ${sent} after three attempts`)
  t.ok(events.length >= sent, `${events.length} Events, ${sent} sent`)
  const of = (parts: (event: CreatorEvent) => readonly string[]) =>
    [...Map.groupBy(events, (event) => parts(event).join('\n')).values()].map(({ length }) => length)
  const twice = of(({ reason, message, involvedObject: { uid } }) => [reason, message, uid])
  // One whose answer was lost is sent again.
  const repeated = events.length - twice.length
  t.ok(leaders > 1 || repeated <= events.length - sent, `${repeated} Events were recorded again`)
  const most = Math.max(
    ...of(({ reason, message, involvedObject: { namespace } }) => [namespace, reason, message]),
  )
  t.ok(most <= podsOfTemplate * leaders + repeated, `one message is on ${most} pods`)
}
