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
/** A leader sends an Event so often until the API server has answered. */
const attempts = 3

/** Those of the creator that is installed now: the tests of a run share the node. */
export async function creatorEvents(cluster: Cluster, reason?: string): Promise<readonly CreatorEvent[]> {
  const selector = ['source=kees-creator', ...(reason === undefined ? [] : [`reason=${reason}`])].join(',')
  const pods = await cluster.kubectl(['-n', 'kees', 'get', 'pods', '-o', 'name'])
  const instances = new Set(pods.split('\n').map((pod) => pod.replace('pod/', '')))
  const printed = await cluster.kubectl(['get', 'events', '-A', `--field-selector=${selector}`, '-o', 'json'])
  const { items }: { readonly items: readonly CreatorEvent[] } = JSON.parse(printed)
  return items.filter(({ reportingInstance }) => instances.has(reportingInstance))
}

/** @param creator the metrics of all replicas. @param leaders how many there were at most, one after the other. */
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
  const groups = (parts: (event: CreatorEvent) => readonly string[]) =>
    Map.groupBy(events, (event) => parts(event).join('\n'))
  const same = groups(({ reason, message, involvedObject: { uid } }) => [reason, message, uid])
  const often = Math.max(...[...same.values()].map(({ length }) => length))
  t.ok(often <= attempts * leaders, `one Event was recorded ${often} times`)
  // One whose answer was lost is sent again. What a leader counted is gone with its process.
  const again = events.length - same.size
  if (leaders === 1) t.ok(again <= events.length - sent, `${again} Events were recorded again`)
  const ofMessage = groups(({ reason, message, involvedObject: { namespace } }) => [
    namespace,
    reason,
    message,
  ])
  const pods = Math.max(
    ...[...ofMessage.values()].map((one) => new Set(one.map(({ involvedObject: { uid } }) => uid)).size),
  )
  t.ok(pods <= podsOfTemplate * leaders, `one message is on ${pods} pods`)
}
