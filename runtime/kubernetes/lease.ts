/**
 * Who leads, by a Lease: the record and what follows from it, pure. The semantics are those of client-go, so that its
 * warnings hold here too: https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
 */
import { mapOf } from '../../api/json.ts'

export type LeaseRecord = {
  /** Empty: nobody. */
  readonly holder: string
  /** In seconds. */
  readonly duration: number
  readonly acquireTime: string
  readonly renewTime: string
  readonly transitions: number
}

/** Of an object of kind Lease. */
export function readLease(object: unknown): LeaseRecord {
  const spec = mapOf(mapOf(object)['spec'])
  const textOf = (field: string) => (typeof spec[field] === 'string' ? spec[field] : '')
  const numberOf = (field: string) => (typeof spec[field] === 'number' ? spec[field] : 0)
  return {
    holder: textOf('holderIdentity'),
    duration: numberOf('leaseDurationSeconds'),
    acquireTime: textOf('acquireTime'),
    renewTime: textOf('renewTime'),
    transitions: numberOf('leaseTransitions'),
  }
}

export function leaseSpec(record: LeaseRecord): Readonly<Record<string, unknown>> {
  const { holder, duration, acquireTime, renewTime, transitions } = record
  return {
    holderIdentity: holder,
    leaseDurationSeconds: duration,
    acquireTime,
    renewTime,
    leaseTransitions: transitions,
  }
}

/** A record as somebody saw it, and when by their own clock: the clocks of others are never compared. */
export type Observed = { readonly record: LeaseRecord; readonly at: number }

/** The time counts from when the record was first seen like this. */
export function observe(before: Observed | undefined, record: LeaseRecord, now: number): Observed {
  const same = before !== undefined && JSON.stringify(before.record) === JSON.stringify(record)
  return same ? before : { record, at: now }
}

/** Whether somebody may take, or keep, the Lease. @param now by the clock of `observed`. */
export function mayHold({ record, at }: Observed, identity: string, now: number): boolean {
  return record.holder === '' || record.holder === identity || at + record.duration * 1000 <= now
}

/** The record with which somebody takes or keeps the Lease. @param time of the world, for people to read. */
export function heldBy(
  before: LeaseRecord | undefined,
  identity: string,
  duration: number,
  time: Date,
): LeaseRecord {
  const renewTime = microTime(time)
  const keeps = before?.holder === identity
  return {
    holder: identity,
    duration,
    acquireTime: keeps ? before.acquireTime : renewTime,
    renewTime,
    transitions: keeps || before === undefined ? (before?.transitions ?? 0) : before.transitions + 1,
  }
}

/** The record with which a leader goes, so that the next one need not wait. */
export function released(before: LeaseRecord, time: Date): LeaseRecord {
  const now = microTime(time)
  return { ...before, holder: '', duration: 1, acquireTime: now, renewTime: now }
}

/** A MicroTime has six digits. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z')
}
