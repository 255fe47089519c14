/**
 * Records Events on pods: each message at most once an hour, and on a few pods of a template only, because a rollout of a
 * thousand pods with the same error must not write a thousand Events. It needs the verb `create` alone.
 */
import { hash, randomBytes } from 'node:crypto'
import type { Clock } from '../../scheduling/clock.ts'
import { type Failure, failureOf } from '../../failure.ts'
import { apiFailure } from '../../kubernetes/api-failure.ts'
import type { ApiAnswer, ApiServer } from '../../kubernetes/api-server.ts'
import { eventReasons, type EventNote } from '../claims/event-reasons.ts'
import { FairQueue } from '../../scheduling/fair-queue.ts'
import type { Pod, Template } from '../claims/template.ts'
import type { Tenants } from '../claims/tenants.ts'
import { RateLimiter } from '../../scheduling/rate-limiter.ts'

/**
 * What became of an Event; `dropped`: too many of its namespace waited; `unreachable`: the API server did not answer, or something
 * else answered.
 */
type EventOutcome = 'sent' | 'dropped' | 'refused' | 'unreachable'

type EventRecorderTools = {
  readonly clock: Clock
  readonly tenants: Tenants
  readonly time: () => Date
  readonly done: (outcome: EventOutcome, failure?: Failure) => void
  /** Of this process: the pod's name. */
  readonly identity: string
}

/** As long as the API server keeps Events by default. */
const repeatAfter = 3_600_000
const podsOfTemplate = 5
/** Of all tenants; what one may have is in the StoragePolicy. */
const mostWaiting = 5000
/** Of one template: how many different Events are remembered before old ones are looked for. */
const messagesOfTemplate = 64
const eventsPerSecond = 10
const eventTimeout = 10_000
const attempts = 3

type Recorded = { readonly at: number; readonly pods: Set<string> }
/** Of the pod only what an Event needs: a pod of the index holds its template, which may be large. */
type PodEvent = {
  readonly pod: Pick<Pod, 'uid' | 'name'>
  readonly namespace: string
  readonly note: EventNote
}

export class EventRecorder {
  readonly #server: ApiServer
  readonly #tools: EventRecorderTools
  /** By template, so that it is forgotten with the template; then by the hash of reason and message. */
  readonly #recorded = new WeakMap<Template, Map<string, Recorded>>()
  readonly #queue = new FairQueue<PodEvent>(mostWaiting)
  readonly #limiter: RateLimiter
  #wake = () => {}

  constructor(server: ApiServer, tools: EventRecorderTools) {
    this.#server = server
    this.#tools = tools
    this.#limiter = new RateLimiter(eventsPerSecond, tools.clock)
  }

  /** @param pods those of the template that it is about. @returns whether a new Event waits for any of them. */
  record(template: Template, note: EventNote, pods: Iterable<Pod> = template.pods): boolean {
    const { namespace } = template
    const recorded = this.#recordedOf(template, hash('sha256', `${note.reason} ${note.message}`))
    let waits = false
    for (const { uid, name } of pods) {
      if (recorded.pods.size >= podsOfTemplate) break
      if (recorded.pods.has(uid)) continue
      recorded.pods.add(uid)
      waits = this.recordOn({ uid, name }, namespace, note) || waits
    }
    return waits
  }

  /** On this pod, even if it has the same already. @returns whether the Event waits. */
  recordOn({ uid, name }: PodEvent['pod'], namespace: string, note: EventNote): boolean {
    const { key, budgets } = this.#tools.tenants.of(namespace)
    const event = { pod: { uid, name }, namespace, note }
    const isFull = this.#queue.sizeOf(key) >= budgets.maxEvents
    const dropped = isFull ? event : this.#queue.push(key, event)
    if (dropped) this.#tools.done('dropped')
    this.#wake()
    return dropped !== event
  }

  /** Sends the Events that wait, until the signal. */
  async send(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake())
    while (!signal.aborted) {
      const event = this.#queue.shift()
      if (event === undefined) {
        await new Promise<void>((resolve) => (this.#wake = resolve))
        continue
      }
      await this.#limiter.turn('')
      await this.#postWithRetries(event)
    }
  }

  waiting(): number {
    return this.#queue.size()
  }

  #recordedOf(template: Template, message: string): Recorded {
    const messages = this.#recorded.get(template) ?? new Map<string, Recorded>()
    this.#recorded.set(template, messages)
    const now = this.#tools.clock.now()
    const known = messages.get(message)
    if (known && now - known.at <= repeatAfter) return known
    if (messages.size >= messagesOfTemplate) {
      for (const [other, { at }] of messages) if (now - at > repeatAfter) messages.delete(other)
    }
    const recorded = { at: now, pods: new Set<string>() }
    messages.set(message, recorded)
    return recorded
  }

  async #postWithRetries(event: PodEvent): Promise<void> {
    const { clock, done } = this.#tools
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#post(event).catch(failureOrThrow)
      if ('status' in answer && answer.status === 201) return done('sent')
      const failure =
        'status' in answer ? failureOf(apiFailure(answer, 'record an Event', this.#server.peer)) : answer
      if ('status' in answer && isRefusal(answer.status)) return done('refused', failure)
      if (attempt === attempts) return done('unreachable', failure)
      await clock.sleep(1000 * attempt, { ref: false })
    }
  }

  async #post({ pod, namespace, note }: PodEvent): Promise<ApiAnswer> {
    const { time, identity } = this.#tools
    const body = eventOf(pod, namespace, note, time(), identity)
    const path = `/api/v1/namespaces/${namespace}/events`
    return await this.#server.request('POST', path, { body, timeout: eventTimeout })
  }
}

/**
 * Whether it would be refused again. 401 passes: a token that was just renewed, or an authenticator that does not answer. Below
 * 400, the answer is not one of the API server.
 */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 401 && status !== 429
}

function failureOrThrow(error: unknown): Failure {
  const failure = failureOf(error)
  if (failure === undefined) throw error
  return failure
}

const component = 'kees-creator'

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/ */
function eventOf(
  pod: PodEvent['pod'],
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
