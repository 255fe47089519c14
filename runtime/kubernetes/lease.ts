/**
 * Who leads, by a Lease: the record and what follows from it, pure. The semantics are those of client-go, so that its
 * warnings hold here too: https://pkg.go.dev/k8s.io/client-go/tools/leaderelection
 */
import { mapOf } from '../../api/json.ts'

export type LeaseRecord = {
  /** Empty: no holder. */
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

/** A record, and when this process first saw it, by its own clock: the clocks of others are never compared. */
export type Observed = { readonly record: LeaseRecord; readonly at: number }

/** The age of a record counts from when it was first seen unchanged. */
export function observe(before: Observed | undefined, record: LeaseRecord, now: number): Observed {
  const same = before !== undefined && JSON.stringify(before.record) === JSON.stringify(record)
  return same ? before : { record, at: now }
}

/** Whether `identity` may take or keep the Lease. @param now by the clock of `observed`. */
export function mayHold({ record, at }: Observed, identity: string, now: number): boolean {
  return record.holder === '' || record.holder === identity || at + record.duration * 1000 <= now
}

/** The record with which `identity` takes or keeps the Lease. @param time wall-clock time, for people to read. */
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

/** The record with which a leader gives the Lease up. */
export function released(before: LeaseRecord, time: Date): LeaseRecord {
  const now = microTime(time)
  return { ...before, holder: '', duration: 1, acquireTime: now, renewTime: now }
}

/** A MicroTime has six digits. */
function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z')
}
