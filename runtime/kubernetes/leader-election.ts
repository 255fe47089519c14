/** Takes the Lease when it is free, keeps it, and tells at any moment whether this process may still act as the leader. */
import type { Clock } from '../scheduling/clock.ts'
import { type Failure, failed, failureOf } from '../failure.ts'
import type { ApiAnswer, ApiServer } from './api-server.ts'
import { mapOf } from '../../api/json.ts'
import { abortable } from '../scheduling/abortable.ts'
import {
  heldBy,
  leaseSpec,
  type LeaseRecord,
  mayHold,
  type Observed,
  observe,
  readLease,
  released,
} from './lease.ts'

/** In milliseconds. Renewing ends in time for the others to take over: the deadline is shorter than the duration. */
export type LeaseTimes = {
  readonly leaseDuration: number
  readonly renewDeadline: number
  readonly retryPeriod: number
}

/** Those of Kubernetes' own controllers. */
const leaseTimes: LeaseTimes = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2000 }

export type ElectionOptions = {
  readonly namespace: string
  readonly name: string
  readonly identity: string
  readonly times?: LeaseTimes
}

export type ElectionTools = {
  readonly clock: Clock
  readonly random: () => number
  readonly time: () => Date
  readonly failed: (failure: Failure) => void
}

export type LeaderElection = {
  /** Returns when this process leads, or with false when the signal came first. */
  readonly acquire: (signal: AbortSignal) => Promise<boolean>
  /** Keeps the Lease. Returns when it is lost, or when the signal came. */
  readonly keep: (signal: AbortSignal) => Promise<'lost' | 'stopped'>
  /** For who stopped to act. */
  readonly release: () => Promise<void>
  /** Right now: also after a pause of the whole process, before anything else of it has run. */
  readonly leads: () => boolean
}

export function leaderElection(
  server: ApiServer,
  { namespace, name, identity, times = leaseTimes }: ElectionOptions,
  { clock, random, time, failed: tell }: ElectionTools,
): LeaderElection {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`
  let observed: Observed | undefined
  /** Up to when the Lease is ours, whatever the server says later. */
  let until = -Infinity

  const call = (method: string, at: string, body?: unknown) =>
    server.request(method, at, { timeout: times.renewDeadline / 2, ...(body === undefined ? {} : { body }) })

  const write = async (found: unknown, record: LeaseRecord): Promise<ApiAnswer> => {
    const meta = found === undefined ? { name, namespace } : mapOf(found)['metadata']
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: meta,
      spec: leaseSpec(record),
    }
    return found === undefined ? await call('POST', path, body) : await call('PUT', `${path}/${name}`, body)
  }

  /** @returns whether the Lease is ours now. */
  const acquireOrRenew = async (): Promise<boolean> => {
    const begun = clock.now()
    const answer = await call('GET', `${path}/${name}`)
    const found = answer.status === 404 ? undefined : answer.body
    if (answer.status !== 404 && answer.status !== 200) throw refused(answer)
    if (found !== undefined) observed = observe(observed, readLease(found), clock.now())
    if (found !== undefined && observed && !mayHold(observed, identity, clock.now())) return false
    const before = found === undefined ? undefined : readLease(found)
    const record = heldBy(before, identity, times.leaseDuration / 1000, time())
    const written = await write(found, record)
    // Another was faster.
    if (written.status === 409) return false
    if (written.status !== 200 && written.status !== 201) throw refused(written)
    observed = { record, at: clock.now() }
    until = begun + times.renewDeadline
    return true
  }
  const attempt = async (): Promise<boolean> => {
    try {
      return await acquireOrRenew()
    } catch (error) {
      const failure = failureOf(error)
      if (failure === undefined) throw error
      tell(failure)
      return false
    }
  }
  const leads = () => clock.now() < until

  return {
    leads,
    async acquire(signal) {
      while (!signal.aborted) {
        if (await attempt()) return true
        await pause(clock, times.retryPeriod * (1 + 1.2 * random()), signal)
      }
      return false
    },
    async keep(signal) {
      while (!signal.aborted) {
        await pause(clock, times.retryPeriod, signal)
        if (signal.aborted) break
        if (!leads()) return 'lost'
        await attempt()
        // Somebody else's: to find that out does not wait for the deadline.
        if (observed?.record.holder !== identity) until = -Infinity
        if (!leads()) return 'lost'
      }
      return 'stopped'
    },
    async release() {
      until = -Infinity
      try {
        const { status, body } = await call('GET', `${path}/${name}`)
        if (status === 200 && readLease(body).holder === identity) {
          await write(body, released(readLease(body), time()))
        }
      } catch (error) {
        const failure = failureOf(error)
        if (failure === undefined) throw error
        tell(failure)
      }
    },
  }
}

function refused({ status, body }: ApiAnswer): Error {
  const { message } = mapOf(body)
  return failed({
    code: status === 401 || status === 403 ? 'ACCESS_DENIED' : 'UNREACHABLE',
    message: `the API server refuses the Lease (${status})`,
    ...(typeof message === 'string' ? { detail: message } : {}),
  })
}

/** Ends at the signal too. */
async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  await abortable(clock.sleep(milliseconds, { ref: false }), signal)
}
