/** Acquires the Lease, renews it, and knows at any time whether this process may act as the leader. */
import { mapOf } from '../../api/json.ts'
import { type Failure, failureOf } from '../failure.ts'
import { abortable } from '../scheduling/abortable.ts'
import type { Clock } from '../scheduling/clock.ts'
import { apiFailure } from './api-failure.ts'
import type { ApiAnswer, ApiServer } from './api-server.ts'
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

/** In milliseconds. A leader stops to act before others may take over: the deadline is shorter than the duration. */
type LeaseTimes = {
  readonly leaseDuration: number
  readonly renewDeadline: number
  readonly retryPeriod: number
}

/** A process that is stopping does not wait for long. */
const releaseAttempts = 3

/** Those of Kubernetes' own controllers. */
const leaseTimes: LeaseTimes = { leaseDuration: 15_000, renewDeadline: 10_000, retryPeriod: 2000 }

type ElectionOptions = {
  readonly namespace: string
  readonly name: string
  readonly identity: string
  readonly times?: LeaseTimes
}

type ElectionTools = {
  readonly clock: Clock
  readonly random: () => number
  readonly time: () => Date
  readonly failed: (failure: Failure) => void
  /** The API server answered after requests that it did not answer. */
  readonly reachableAgain: () => void
}

/** Why a leader stopped to lead. `unfit`: it may no longer keep the Lease by its own judgement. */
export type LeadershipEnd = 'lost' | 'unfit' | 'stopped'

export class LeaderElection {
  readonly #server: ApiServer
  readonly #options: ElectionOptions
  readonly #times: LeaseTimes
  readonly #tools: ElectionTools
  readonly #path: string
  #observed: Observed | undefined
  /** Until when the Lease is ours, regardless of later answers of the API server. */
  #until = -Infinity
  #reachable = true

  constructor(server: ApiServer, options: ElectionOptions, tools: ElectionTools) {
    this.#server = server
    this.#options = options
    this.#times = options.times ?? leaseTimes
    this.#tools = tools
    this.#path = `/apis/coordination.k8s.io/v1/namespaces/${options.namespace}/leases`
  }

  /** Right now: also after a pause of the whole process, before any other code of it has run. */
  leads(): boolean {
    return this.#tools.clock.now() < this.#until
  }

  /**
   * Returns when this process leads, or with false when the signal came first.
   *
   * @param mayLead asked before each attempt. While it is false the Lease is only read, so that it is known how old the
   * record is when this process may take it.
   */
  async acquire(signal: AbortSignal, mayLead: () => boolean): Promise<boolean> {
    while (!signal.aborted) {
      if (await this.#attempt(mayLead)) return true
      await this.#pause(this.#times.retryPeriod * (1 + 1.2 * this.#tools.random()), signal)
    }
    return false
  }

  /** Renews the Lease until it is lost, until the signal, or until `mayLead` is false. */
  async keep(signal: AbortSignal, mayLead: () => boolean): Promise<LeadershipEnd> {
    while (!signal.aborted) {
      await this.#pause(this.#times.retryPeriod, signal)
      if (signal.aborted) break
      if (!this.leads()) return 'lost'
      if (!mayLead()) return 'unfit'
      await this.#attempt(() => true)
      // Another holder: this need not wait for the deadline.
      if (this.#observed?.record.holder !== this.#options.identity) this.#until = -Infinity
      if (!this.leads()) return 'lost'
    }
    return 'stopped'
  }

  /** Gives the Lease up, so that another replica need not wait until it expires. */
  async release(): Promise<void> {
    this.#until = -Infinity
    await this.#reported(async () => {
      for (let attempts = 0; attempts < releaseAttempts; attempts++) {
        const found = await this.#call('GET', `${this.#path}/${this.#options.name}`)
        if (found.status === 404) return
        if (found.status !== 200) throw apiFailure(found, 'read the Lease', this.#server.peer)
        if (readLease(found.body).holder !== this.#options.identity) return
        const written = await this.#write(found.body, released(readLease(found.body), this.#tools.time()))
        if (written.status === 200) return
        // Something else of the object was changed in between, such as its labels.
        if (written.status !== 409) throw apiFailure(written, 'release the Lease', this.#server.peer)
      }
    })
  }

  async #attempt(mayLead: () => boolean): Promise<boolean> {
    return (await this.#reported(() => this.#acquireOrRenew(mayLead))) ?? false
  }

  /** @returns whether the Lease is ours now. */
  async #acquireOrRenew(mayLead: () => boolean): Promise<boolean> {
    const { clock, time } = this.#tools
    const { identity, name } = this.#options
    const begun = clock.now()
    const answer = await this.#call('GET', `${this.#path}/${name}`)
    const found = answer.status === 404 ? undefined : answer.body
    if (answer.status !== 404 && answer.status !== 200)
      throw apiFailure(answer, 'read the Lease', this.#server.peer)
    if (found !== undefined) this.#observed = observe(this.#observed, readLease(found), clock.now())
    if (found !== undefined && this.#observed && !mayHold(this.#observed, identity, clock.now())) return false
    if (!mayLead()) return false
    const before = found === undefined ? undefined : readLease(found)
    const record = heldBy(before, identity, this.#times.leaseDuration / 1000, time())
    const written = await this.#write(found, record)
    // Another replica was faster.
    if (written.status === 409) return false
    const isWritten = written.status === 200 || written.status === 201
    // The answer of a proxy makes nobody the leader.
    if (!isWritten || readLease(written.body).holder !== identity)
      throw apiFailure(written, 'write the Lease', this.#server.peer)
    this.#observed = { record, at: clock.now() }
    this.#until = begun + this.#times.renewDeadline
    return true
  }

  async #write(found: unknown, record: LeaseRecord): Promise<ApiAnswer> {
    const { name, namespace } = this.#options
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: found === undefined ? { name, namespace } : mapOf(found)['metadata'],
      spec: leaseSpec(record),
    }
    return found === undefined
      ? await this.#call('POST', this.#path, body)
      : await this.#call('PUT', `${this.#path}/${name}`, body)
  }

  async #call(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const wasReachable = this.#reachable
    this.#reachable = false
    const answer = await this.#server.request(method, path, {
      timeout: this.#times.renewDeadline / 2,
      ...(body === undefined ? {} : { body }),
    })
    // An API server that starts, or a load balancer without one, answers 5xx.
    this.#reachable = answer.status < 500 && answer.status !== 429
    if (!wasReachable && this.#reachable) this.#tools.reachableAgain()
    return answer
  }

  /** A failure is passed on; any other error is a bug and thrown. */
  async #reported<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      const failure = failureOf(error)
      if (failure === undefined) throw error
      this.#tools.failed(failure)
      return undefined
    }
  }

  /** Ends at the signal too. */
  async #pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    await abortable(this.#tools.clock.sleep(milliseconds, { ref: false }), signal)
  }
}
