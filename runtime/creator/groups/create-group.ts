/** Creates what is missing of a group that pods claim, and verifies it a minute later. */
import type { Group } from '../../../api/declaration/group.ts'
import { failureOf } from '../../failure.ts'
import { type MakeTools, makeGroup } from '../../groups/make-group.ts'
import { verifyGroup } from '../../groups/verify-group.ts'
import type { ParameterStore } from '../../store/parameter-store.ts'
import type { ExistenceCache } from './existence-cache.ts'
import { namesOf, reportFailure, reportGroup, type ReportTools, type Retry } from '../report/group-reports.ts'
import type { RareTimes } from './rare-times.ts'
import type { HourlyQuota } from './hourly-quota.ts'
import { joinShortened } from '../claims/read-claims.ts'
import type { Granted } from '../claims/resolve-claims.ts'
import type { Tenants } from '../claims/tenants.ts'

export type CreateTools = Pick<MakeTools, 'clock'> &
  ReportTools & {
    readonly random: () => number
    /** Generates values on behalf of a namespace. @param signal whether they are still wanted. */
    readonly generateFor: (namespace: string, signal: AbortSignal) => MakeTools['generate']
    /** The store, for calls on behalf of a namespace. @param signal whether the group is still wanted. */
    readonly storeFor: (namespace: string, signal: AbortSignal) => ParameterStore
    readonly quota: HourlyQuota
    readonly tenants: Tenants
    /** @param latency in milliseconds. */
    readonly created: (group: Group, count: number, latency: number) => void
  }

export type Verifications = {
  readonly existence: ExistenceCache
  /** By namesOf the group: when a group that was completed here is verified. */
  readonly verifyAt: RareTimes
  /** It is aborted when nobody declares the group any more, or the creator stops. */
  readonly signal: AbortSignal
}

const verifyAfter = 60_000
const quotaJitter = 30_000

/** @param count how many parameters are missing. @returns when to look at the group again. */
export async function createGroup(
  granted: Granted,
  count: number,
  { existence, verifyAt, signal }: Verifications,
  tools: CreateTools,
): Promise<number | Retry> {
  const { group } = granted
  const { clock, quota } = tools
  const taken = takeQuota(granted, count, tools)
  if ('at' in taken) {
    const about = 'not created yet: maxNewPerHour of the StoragePolicy is used up'
    reportGroup(granted, 'QuotaExceeded', about, tools)
    return taken.at + tools.random() * quotaJitter
  }
  const { namespace } = taken
  const existing = group.parts
    .map(({ parameter }) => parameter)
    .filter((name) => existence.stateOf(name) === 'exists')
  const generate = tools.generateFor(namespace, signal)
  const store = tools.storeFor(namespace, signal)
  const made = await makeGroup(store, group, new Set(existing), { clock, generate })
  quota.giveBack(tools.tenants.of(namespace).key, count - made.created.length)
  for (const name of made.created) existence.note(name, true)
  if (made.created.length > 0) reportCreated(granted, made.created, namespace, tools)
  if (made.outcome === 'failed') {
    existence.doubt()
    return reportFailure(granted, made.failure, tools)
  }
  if (made.outcome === 'mismatched' || made.outcome === 'incomplete') {
    const reason = made.outcome === 'mismatched' ? 'MismatchedGroup' : 'IncompleteGroup'
    reportGroup(granted, reason, `the group ${made.reason}`, tools)
    return existence.checkAt()
  }
  for (const { parameter } of group.parts) existence.note(parameter, true)
  if (group.parts.length === 1) return existence.checkAt()
  const at = clock.now() + verifyAfter
  verifyAt.set(namesOf(group), at)
  return at
}

function reportCreated(
  { group, claimants: [{ template }] }: Granted,
  created: readonly string[],
  namespace: string,
  { clock, record, log, created: report }: CreateTools,
): void {
  report(group, created.length, clock.now() - template.seenAt)
  log.info('created', { parameters: created, namespace })
  record(template, { reason: 'Created', message: joinShortened(created.map((name) => `created ${name}`)) })
}

/** The quota of any namespace that claims the group is enough. */
function takeQuota(
  { claimants }: Granted,
  count: number,
  { tenants, quota }: CreateTools,
): { readonly namespace: string } | { readonly at: number } {
  let at = Infinity
  for (const namespace of new Set(claimants.map(({ template }) => template.namespace))) {
    const { key, maxNewPerHour } = tenants.of(namespace)
    const taken = quota.take(key, count, maxNewPerHour)
    if (taken === 'taken') return { namespace }
    at = Math.min(at, taken.at)
  }
  return { at }
}

/** Compares the parts of a group that was completed here, once its time has come. @returns when to look again. */
export async function verifyCreated(
  granted: Granted,
  { existence, verifyAt, signal }: Verifications,
  tools: CreateTools,
): Promise<number | Retry> {
  const { group, claimants } = granted
  const key = namesOf(group)
  const at = verifyAt.get(key)
  if (at === undefined) return existence.checkAt()
  if (tools.clock.now() < at) return Math.min(at, existence.checkAt())
  const [{ template }] = claimants
  try {
    const reason = await verifyGroup(tools.storeFor(template.namespace, signal), group, tools.clock)
    if (reason === undefined) verifyAt.delete(key)
    else reportGroup(granted, 'MismatchedGroup', `the group ${reason}`, tools)
    return existence.checkAt()
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    // A part may be gone: that is to be found out at once, not in ten minutes.
    existence.doubt()
    return reportFailure(granted, failure, tools)
  }
}
