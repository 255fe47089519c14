/**
 * Finds pods that are annotated and have nothing that reads their annotations: kustomize skips functions without a word.
 * One pod of each new owner is looked at, because only whole pods show it, and whole pods are large.
 */
import type { Clock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import type { EventNote } from './event-reasons.ts'
import { fairQueue } from '../scheduling/fair-queue.ts'
import { listOf, mapOf } from '../../api/json.ts'
import type { Pod, Template } from './pod-index.ts'
import { rateLimiter } from '../scheduling/rate-limiter.ts'

export type OwnerInspection = {
  /** @param owner the uid of what made the pod. */
  readonly add: (pod: Pod, template: Template, owner: string) => void
  readonly inspect: (signal: AbortSignal) => Promise<void>
}

export type InspectionTools = {
  readonly clock: Clock
  readonly tell: (template: Template, note: EventNote, pods: Iterable<Pod>) => void
  readonly failed: (failure: Failure) => void
}

const perSecond = 5
const timeout = 10_000
const pause = 5000
/** Which are remembered as looked at; what is forgotten is looked at again. */
const remembered = 20_000

type Candidate = { readonly pod: Pod; readonly template: Template; readonly owner: string }

export function ownerInspection(
  server: ApiServer,
  { clock, tell, failed }: InspectionTools,
): OwnerInspection {
  const seen = new Set<string>()
  const queue = fairQueue<Candidate>()
  const pace = rateLimiter(perSecond, clock)
  let wake = () => {}

  const look = async ({ pod, template, owner }: Candidate) => {
    const path = `/api/v1/namespaces/${template.namespace}/pods/${pod.name}`
    const { status, body } = await server.request('GET', path, { timeout })
    // It is gone: the owner's next pod will do.
    if (status === 404) seen.delete(owner)
    if (status !== 200 || readsAnnotations(body)) return
    const message =
      'the pod has annotations of kees and no init container that mounts its annotations by downward API: ' +
      'was the manifest injected?'
    // Another workload may have the same annotations, and be injected.
    tell(template, { reason: 'NotInjected', message }, [pod])
  }
  return {
    add(pod, template, owner) {
      if (seen.has(owner) || !template.annotated) return
      seen.add(owner)
      for (const [oldest] of seen.size > remembered ? seen.entries() : []) {
        seen.delete(oldest)
        break
      }
      queue.push(template.namespace, { pod, template, owner })
      wake()
    },

    async inspect(signal) {
      signal.addEventListener('abort', () => wake())
      while (!signal.aborted) {
        const candidate = queue.shift()
        if (candidate === undefined) {
          await new Promise<void>((resolve) => (wake = resolve))
          continue
        }
        await pace.turn('')
        try {
          await look(candidate)
        } catch (error) {
          const failure = failureOf(error)
          if (failure === undefined) throw error
          failed(failure)
          queue.push(candidate.template.namespace, candidate)
          await clock.sleep(pause, { ref: false })
        }
      }
    },
  }
}

/** Whether an init container of a pod mounts a volume with the pod's annotations. */
export function readsAnnotations(pod: unknown): boolean {
  const spec = mapOf(mapOf(pod)['spec'])
  const volumes = new Set(
    listOf(spec['volumes'])
      .map(mapOf)
      .filter((volume) => itemsOf(volume).some((item) => fieldOf(item) === 'metadata.annotations'))
      .map((volume) => volume['name']),
  )
  return listOf(spec['initContainers'])
    .flatMap((container) => listOf(mapOf(container)['volumeMounts']))
    .some((mount) => volumes.has(mapOf(mount)['name']))
}

function itemsOf(volume: Readonly<Record<string, unknown>>): readonly unknown[] {
  const sources = listOf(mapOf(volume['projected'])['sources']).map(mapOf)
  return [volume, ...sources].flatMap((source) => listOf(mapOf(source['downwardAPI'])['items']))
}

function fieldOf(item: unknown): unknown {
  return mapOf(mapOf(item)['fieldRef'])['fieldPath']
}
