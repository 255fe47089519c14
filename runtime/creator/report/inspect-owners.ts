/**
 * Finds annotated pods without an init container that mounts their annotations: kustomize skips functions silently. One pod
 * of each new owner is read, because only whole pods show it, and whole pods are large.
 */
import { type Diagnostic, lineOf } from '../../../api/diagnostic.ts'
import { annotationFilesIn } from '../../../api/pod/annotations-volume.ts'
import { listOf, mapOf } from '../../../api/json.ts'
import { type Failure, failureOf } from '../../failure.ts'
import { apiFailure } from '../../kubernetes/api-failure.ts'
import type { ApiServer } from '../../kubernetes/api-server.ts'
import type { Clock } from '../../scheduling/clock.ts'
import { FairQueue } from '../../scheduling/fair-queue.ts'
import { RateLimiter } from '../../scheduling/rate-limiter.ts'
import type { EventNote } from '../claims/event-reasons.ts'
import type { Pod, Template } from '../claims/template.ts'
import type { Tenants } from '../claims/tenants.ts'

type OwnerInspection = {
  /** @param owner the uid of the controller that made the pod. */
  readonly add: (pod: Pod, template: Template, owner: string) => void
  readonly inspect: (signal: AbortSignal) => Promise<void>
}

type InspectionTools = {
  readonly clock: Clock
  readonly tenants: Tenants
  readonly templateOf: (key: string) => Template | undefined
  readonly record: (template: Template, note: EventNote, pods: Iterable<Pod>) => void
  readonly failed: (failure: Failure) => void
}

const perSecond = 5
const timeout = 10_000
const pause = 5000
/** How many owners of one template are inspected: workloads with the same annotations. */
const ownersOfTemplate = 20
/** How many owners may wait altogether; what a tenant may have is in the StoragePolicy. One without room is inspected with its next pod. */
const mostWaiting = 5000

/** Without the template, which may be large, so that templates that are gone take no memory until their turn. */
type Candidate = {
  readonly pod: Pod
  readonly namespace: string
  readonly templateKey: string
  readonly owner: string
}

const notInjected: Diagnostic = {
  message: 'the pod is annotated, but no init container mounts its annotations by downward API',
  hint: 'run inject-init on the manifest of its workload',
}

export function ownerInspection(
  server: ApiServer,
  { clock, tenants, templateOf, record, failed }: InspectionTools,
): OwnerInspection {
  /**
   * The owners that are inspected, or wait for it. The uid of an owner is what the pod says, so it counts only for pods with
   * the same annotations in the same namespace.
   */
  const seen = new WeakMap<Template, Set<string>>()
  const seenOf = (template: Template) => {
    const owners = seen.get(template) ?? new Set<string>()
    seen.set(template, owners)
    return owners
  }
  const queue = new FairQueue<Candidate>(mostWaiting)
  const push = (candidate: Candidate) => {
    const dropped = queue.push(tenants.of(candidate.namespace).key, candidate)
    const template = dropped && templateOf(dropped.templateKey)
    if (dropped && template) seenOf(template).delete(dropped.owner)
  }
  const limiter = new RateLimiter(perSecond, clock)
  let wake = () => {}

  const inspectOne = async ({ pod, namespace, templateKey, owner }: Candidate) => {
    const path = `/api/v1/namespaces/${namespace}/pods/${pod.name}`
    const answer = await server.request('GET', path, { timeout })
    const template = templateOf(templateKey)
    // The pod is gone: the owner's next one is inspected in its place.
    if (answer.status === 404) {
      if (template) seenOf(template).delete(owner)
      return
    }
    const spec = mapOf(answer.body)['spec']
    if (answer.status !== 200 || spec === undefined) throw apiFailure(answer, 'read a pod', server.peer)
    if (template === undefined || readsAnnotations(answer.body)) return
    // Another workload with the same annotations may be injected.
    record(template, { reason: 'NotInjected', message: lineOf(notInjected) }, [pod])
  }
  return {
    add({ uid, name, createdAt }, template, owner) {
      const { key: templateKey, namespace, annotated } = template
      const owners = seenOf(template)
      if (!annotated || owners.has(owner) || owners.size >= ownersOfTemplate) return
      const { key, budgets } = tenants.of(namespace)
      if (queue.sizeOf(key) >= budgets.maxOwners) return
      owners.add(owner)
      push({ pod: { uid, name, createdAt }, namespace, templateKey, owner })
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
        // Every pod of the template is gone: there is nothing to report, and nothing to read.
        if (templateOf(candidate.templateKey) === undefined) continue
        await limiter.turn('')
        try {
          await inspectOne(candidate)
        } catch (error) {
          const failure = failureOf(error)
          if (failure === undefined) throw error
          failed(failure)
          // Without the permission, the next pod is not readable either.
          if (failure.code === 'UNREACHABLE' || failure.code === 'BAD_ANSWER') push(candidate)
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
      .filter((volume) => annotationFilesIn(volume).length > 0)
      .map((volume) => mapOf(volume)['name']),
  )
  return listOf(spec['initContainers'])
    .flatMap((container) => listOf(mapOf(container)['volumeMounts']))
    .some((mount) => volumes.has(mapOf(mount)['name']))
}
