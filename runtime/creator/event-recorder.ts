/**
 * Says things on pods by Events, each once an hour at most, and on a few pods of a template only: a rollout of a thousand
 * pods with one mistake must not write a thousand Events. Only `create` is needed of the API server.
 */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import { eventReasons, type EventNote } from './event-reasons.ts'
import { fairQueue } from '../scheduling/fair-queue.ts'
import type { Pod, Template } from './pod-index.ts'
import { rateLimiter } from '../scheduling/rate-limiter.ts'

export type EventRecorder = {
  /** @param pods whom it concerns, of those of the template. @returns whether that is news for any of them. */
  readonly tell: (template: Template, note: EventNote, pods?: Iterable<Pod>) => boolean
  /** Sends what waits, until the signal. */
  readonly send: (signal: AbortSignal) => Promise<void>
  readonly waiting: () => number
}

/** What became of an Event; `dropped`: too many waited. */
export type Told = 'sent' | 'dropped' | 'refused' | 'unreachable'

export type EventRecorderTools = {
  readonly clock: Clock
  readonly time: () => Date
  readonly told: (outcome: Told, failure?: Failure) => void
  /** Of this process: the pod's name. */
  readonly identity: string
}

/** As long as the API server keeps Events by default. */
const repeatAfter = 3_600_000
const podsOfTemplate = 5
const longestLine = 500
const eventsPerSecond = 10
const eventTimeout = 10_000
const attempts = 3

type Said = { at: number; readonly pods: Set<string> }
type Message = { readonly pod: Pod; readonly namespace: string; readonly note: EventNote }

export function eventRecorder(
  server: ApiServer,
  { clock, time, told, identity }: EventRecorderTools,
): EventRecorder {
  /** By template, so that it is forgotten with the template; by reason and message. */
  const said = new WeakMap<Template, Map<string, Said>>()
  const queue = fairQueue<Message>()
  const pace = rateLimiter(eventsPerSecond, clock)
  let wake = () => {}

  const post = async ({ pod, namespace, note }: Message): Promise<Told> => {
    const event = eventOf(pod, namespace, note, time(), identity)
    const { status } = await server.request('POST', `/api/v1/namespaces/${namespace}/events`, {
      body: event,
      timeout: eventTimeout,
    })
    return status === 201 ? 'sent' : status >= 500 || status === 429 ? 'unreachable' : 'refused'
  }
  const postPatiently = async (message: Message) => {
    for (let attempt = 1; ; attempt++) {
      const last = attempt === attempts
      try {
        const outcome = await post(message)
        if (outcome !== 'unreachable' || last) return told(outcome)
      } catch (error) {
        const failure = failureOf(error)
        if (failure === undefined) throw error
        if (last) return told('unreachable', failure)
      }
      await clock.sleep(1000 * attempt, { ref: false })
    }
  }

  return {
    tell(template, note, pods = template.pods) {
      const key = `${note.reason} ${note.message}`
      const messages = said.get(template) ?? new Map<string, Said>()
      said.set(template, messages)
      let one = messages.get(key)
      if (one === undefined || clock.now() - one.at > repeatAfter) {
        one = { at: clock.now(), pods: new Set() }
        messages.set(key, one)
      }
      const before = one.pods.size
      for (const pod of pods) {
        if (one.pods.size >= podsOfTemplate) break
        if (one.pods.has(pod.uid)) continue
        one.pods.add(pod.uid)
        const { namespace } = template
        if (queue.sizeOf(namespace) < longestLine) queue.push(namespace, { pod, namespace, note })
        else told('dropped')
      }
      wake()
      return one.pods.size > before
    },

    async send(signal) {
      signal.addEventListener('abort', () => wake())
      while (!signal.aborted) {
        const message = queue.shift()
        if (message === undefined) {
          await new Promise<void>((resolve) => (wake = resolve))
          continue
        }
        await pace.turn('')
        await postPatiently(message)
      }
    },

    waiting: () => queue.size(),
  }
}

const component = 'kees-creator'

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
function eventOf(
  pod: Pod,
  namespace: string,
  { reason, message }: EventNote,
  time: Date,
  identity: string,
): unknown {
  const now = time.toISOString().replace(/\.\d+Z$/, 'Z')
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${pod.name.slice(0, 230)}.${randomBytes(8).toString('hex')}`, namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod.name, namespace, uid: pod.uid },
    type: eventReasons[reason].type,
    reason,
    message,
    source: { component },
    reportingComponent: component,
    reportingInstance: identity,
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  }
}
