/** The Warning Events of the creator: one line for each reason. */
import { listOf, mapOf } from '../../api/json.ts'
import type { Cluster } from '../cluster/read-cluster.ts'
import { type Check, checked, ok, unreadable, warning } from './check.ts'
import { parseAnswer } from '../cluster/parse-answer.ts'

const check = 'events'

export type PodName = { readonly namespace: string; readonly name: string }

/** @param pod whose Events count; undefined: those of all pods. */
export function checkEvents(cluster: Cluster, pod: PodName | undefined): Promise<readonly Check[]> {
  const selector = [
    'type=Warning',
    'source=kees-creator',
    ...(pod ? [`involvedObject.name=${pod.name}`] : []),
  ]
  const where = pod ? ['-n', pod.namespace] : ['-A']
  return checked(
    check,
    async () =>
      parseAnswer(await cluster('events', ...where, `--field-selector=${selector.join(',')}`, '-o', 'json')),
    (answer) => {
      const byReason = new Map<string, Event[]>()
      for (const event of listOf(mapOf(answer)['items']).map(readEvent)) {
        const same = byReason.get(event.reason) ?? []
        byReason.set(event.reason, same)
        same.push(event)
      }
      if (byReason.size === 0) return [ok(check, 'no Warning of the creator')]
      return [...byReason].slice(0, mostReasons).map(([reason, events]) => judgeReason(reason, events))
    },
    unreadable(check, pod ? `list events in namespace ${pod.namespace}` : 'list events in all namespaces'),
  )
}

/** The creator has fewer; who may write Events may invent some. */
const mostReasons = 20

type Event = {
  readonly reason: string
  readonly pod: string
  readonly message: string
  readonly last: string
}

function readEvent(object: unknown): Event {
  const { reason, message, involvedObject, lastTimestamp, metadata } = mapOf(object)
  const { namespace, name } = mapOf(involvedObject)
  const { creationTimestamp } = mapOf(metadata)
  return {
    reason: String(reason),
    pod: `${String(namespace)}/${String(name)}`,
    message: typeof message === 'string' ? message : '',
    last: [lastTimestamp, creationTimestamp].find((one) => typeof one === 'string') ?? '',
  }
}

function judgeReason(reason: string, events: readonly Event[]): Check {
  const [latest] = events.toSorted((a, b) => (a.last < b.last ? 1 : -1))
  const count = events.length === 1 ? 'one Event' : `${events.length} Events`
  const message = `${count} ${reason}, the last at ${latest?.last} on pod ${latest?.pod}: ${latest?.message}`
  return warning(check, message, `see ${reason} in docs/operations.md, "By Event reason"`)
}
