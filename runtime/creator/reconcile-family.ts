/**
 * Brings one family of parameters to what the pods ask for: reads the claims and the store, decides, and acts once. It keeps
 * nothing that cannot be found out again; called at any time, any number of times, it goes on from what is stored.
 */
import type { Group } from '../../api/group.ts'
import { ruleFor, type StoragePolicy } from '../../api/storage-policy.ts'
import type { Clock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import type { Log } from '../log.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import type { ExistenceBatcher } from './existence-batcher.ts'
import { decideGroup } from './decide-group.ts'
import type { EventReason, EventNote } from './event-reasons.ts'
import type { HourlyQuota } from './hourly-quota.ts'
import { type MakeTools, makeGroup } from '../groups/make-group.ts'
import { type ExistenceCache, existenceCache } from './existence-cache.ts'
import type { PodIndex, Template } from './pod-index.ts'
import { joinShortened } from './read-claims.ts'
import { type Granted, resolveClaims } from './resolve-claims.ts'
import { verifyGroup } from '../groups/verify-group.ts'
import type { Next } from '../scheduling/work-queue.ts'

export type FamilyTools = {
  readonly clock: Clock
  readonly random: () => number
  readonly index: Pick<PodIndex, 'claimantsOf'>
  readonly ask: ExistenceBatcher
  /** The store, for what is done on behalf of a namespace. */
  readonly storeFor: (namespace: string) => ParameterStore
  readonly generate: MakeTools['generate']
  readonly quota: HourlyQuota
  readonly policy: StoragePolicy | undefined
  readonly tell: (template: Template, note: EventNote) => void
  readonly created: (group: Group, count: number, latency: number) => void
  readonly log: Log
}

export type Families = {
  readonly reconcile: (family: string) => Promise<Next>
  readonly knownParameters: () => number
}

type FamilyState = {
  readonly memory: ExistenceCache
  /** By keyOf the group: when it was first seen incomplete. */
  readonly incompleteSince: Map<string, number>
  /** When a group that was completed here is verified. */
  readonly verifyAt: Map<string, number>
}

type Again = Exclude<Extract<Next, string>, 'never'>

const verifyAfter = 60_000
/** Between two looks at an incomplete group; AWS gives no bound for how late a read may be. */
const confirmAfter = 10_000
const quotaJitter = 30_000
/** Of the templates that ask for one group: of a setting that a whole cluster shares, a few hear. */
const mostTold = 20

/** What only a person can mend, so the pod is told. */
const toTell: Readonly<Partial<Record<Failure['code'], EventReason>>> = {
  ACCESS_DENIED: 'AccessDenied',
  REFUSED: 'RefusedByStore',
  INVALID_NAME: 'RefusedByStore',
  INVALID_VALUE: 'RefusedByStore',
}

export function families(tools: FamilyTools): Families {
  const { clock, random, index } = tools
  const states = new Map<string, FamilyState>()

  return {
    knownParameters: () => [...states.values()].reduce((sum, { memory }) => sum + memory.knownCount(), 0),

    async reconcile(family) {
      const { granted, refused } = resolveClaims(index.claimantsOf(family))
      if (granted.length === 0) {
        states.delete(family)
        return 'never'
      }
      for (const { claimant, message } of refused)
        tools.tell(claimant.template, { reason: 'Conflict', message })
      const state: FamilyState = states.get(family) ?? {
        memory: existenceCache(clock, random),
        incompleteSince: new Map(),
        verifyAt: new Map(),
      }
      states.set(family, state)
      const due: (number | Again)[] = []
      for (const one of granted) due.push(await settle(one, state, tools))
      state.memory.forgetAbsent()
      if (due.includes('retry soon')) return 'retry soon'
      return due.includes('retry') ? 'retry' : { at: Math.min(...due.filter((at) => typeof at === 'number')) }
    },
  }
}

/** @returns when to look again. */
async function settle(granted: Granted, state: FamilyState, tools: FamilyTools): Promise<number | Again> {
  const { group } = granted
  const { memory, incompleteSince } = state
  const { clock } = tools
  const key = keyOf(group)
  const seenAt = incompleteSince.get(key)
  const confirmed = seenAt !== undefined && clock.now() >= seenAt + confirmAfter
  const decide = () => decideGroup(group, memory.stateOf, confirmed)
  let decision = decide()
  if (decision.action === 'ask') {
    const again = await ask(decision.names, granted, memory, tools)
    if (again) return again
    decision = decide()
  }
  const isIncomplete =
    decision.action === 'report' || (decision.action === 'wait' && decision.for === 'confirmation')
  if (!isIncomplete) incompleteSince.delete(key)
  else if (seenAt === undefined) incompleteSince.set(key, clock.now())
  switch (decision.action) {
    case 'ask':
      return 'retry'
    case 'nothing':
      return await verify(granted, state, tools)
    case 'wait':
      return decision.for === 'deletion' ? memory.deletionsEnd() : (seenAt ?? clock.now()) + confirmAfter
    case 'report':
      tellAll(granted, { reason: decision.code, message: sentence(group, decision.reason) }, tools)
      return memory.checkAt()
    case 'create':
      return await create(granted, decision.parts.length, state, tools)
    default:
      return decision satisfies never
  }
}

/** @returns undefined if all of them could be told. */
async function ask(
  names: readonly string[],
  granted: Granted,
  memory: ExistenceCache,
  tools: FamilyTools,
): Promise<Again | undefined> {
  const [{ template }] = granted.claimants
  const answers = await Promise.all(names.map((name) => tools.ask(template.namespace, name)))
  const failures: Failure[] = []
  answers.forEach((answer, index) => {
    const name = names[index]
    if (name === undefined) return
    if (answer === 'exists' || answer === 'absent') memory.note(name, answer === 'exists')
    else failures.push(answer)
  })
  const [failure] = failures
  return failure && tellFailure(granted, failure, tools)
}

async function create(
  granted: Granted,
  count: number,
  { memory, verifyAt }: FamilyState,
  tools: FamilyTools,
): Promise<number | Again> {
  const { group } = granted
  const { clock, quota } = tools
  const place = takeQuota(granted, count, tools)
  if ('at' in place) {
    const message = sentence(group, 'is not made yet: maxNewPerHour of the StoragePolicy is used up')
    tellAll(granted, { reason: 'QuotaExceeded', message }, tools)
    return place.at + tools.random() * quotaJitter
  }
  const { namespace } = place
  const existing = group.parts
    .map(({ parameter }) => parameter)
    .filter((name) => memory.stateOf(name) === 'exists')
  const made = await makeGroup(tools.storeFor(namespace), group, new Set(existing), tools)
  quota.giveBack(namespace, count - made.created.length)
  for (const name of made.created) memory.note(name, true)
  if (made.created.length > 0) {
    const [{ template }] = granted.claimants
    tools.created(group, made.created.length, clock.now() - template.seenAt)
    tools.log.info('created', { parameters: made.created, namespace })
    const message = joinShortened(made.created.map((name) => `created ${name}`))
    tools.tell(template, { reason: 'Created', message })
  }
  if (made.outcome === 'failed') {
    memory.doubt()
    return tellFailure(granted, made.failure, tools)
  }
  if (made.outcome === 'mismatched' || made.outcome === 'incomplete') {
    const reason = made.outcome === 'mismatched' ? 'MismatchedGroup' : 'IncompleteGroup'
    tellAll(granted, { reason, message: sentence(group, made.reason) }, tools)
    return memory.checkAt()
  }
  for (const { parameter } of group.parts) memory.note(parameter, true)
  if (group.parts.length === 1) return memory.checkAt()
  const at = clock.now() + verifyAfter
  verifyAt.set(keyOf(group), at)
  return at
}

/** Any namespace that asks for the group may give of its quota. */
function takeQuota(
  { claimants }: Granted,
  count: number,
  { policy, quota }: FamilyTools,
): { readonly namespace: string } | { readonly at: number } {
  let at = Infinity
  for (const namespace of new Set(claimants.map(({ template }) => template.namespace))) {
    const limit = policy === undefined ? Infinity : (ruleFor(policy, namespace)?.maxNewPerHour ?? 0)
    const taken = quota.take(namespace, count, limit)
    if (taken === 'taken') return { namespace }
    at = Math.min(at, taken.at)
  }
  return { at }
}

/** Looks once more, a minute later, at what was completed here. */
async function verify(
  granted: Granted,
  { memory, verifyAt }: FamilyState,
  tools: FamilyTools,
): Promise<number | Again> {
  const { group, claimants } = granted
  const key = keyOf(group)
  const at = verifyAt.get(key)
  if (at === undefined) return memory.checkAt()
  if (tools.clock.now() < at) return Math.min(at, memory.checkAt())
  const [{ template }] = claimants
  try {
    const reason = await verifyGroup(tools.storeFor(template.namespace), group, tools.clock)
    if (reason === undefined) verifyAt.delete(key)
    else tellAll(granted, { reason: 'MismatchedGroup', message: sentence(group, reason) }, tools)
    return memory.checkAt()
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    // Perhaps a part is gone: then that is to be found out, and not in ten minutes.
    memory.doubt()
    return tellFailure(granted, failure, tools)
  }
}

function tellAll({ claimants }: Granted, note: EventNote, { tell, log }: FamilyTools): void {
  log.debug('refused', { reason: note.reason, about: note.message })
  for (const { template } of claimants.slice(0, mostTold)) tell(template, note)
}

/** @returns how to try again: what only a person can mend is not mended in seconds. */
function tellFailure(granted: Granted, failure: Failure, tools: FamilyTools): Again {
  const { code, message } = failure
  tools.log.debug('the store could not tell or take something', { ...failure, group: keyOf(granted.group) })
  const reason = toTell[code]
  if (reason === undefined) return 'retry soon'
  tellAll(granted, { reason, message: sentence(granted.group, `: ${message}`) }, tools)
  return 'retry'
}

function sentence(group: Group, reason: string): string {
  const names = group.parts.map(({ parameter }) => parameter).join(', ')
  return joinShortened([reason.startsWith(':') ? `${names}${reason}` : `${names}: the group ${reason}`])
}

function keyOf({ parts }: Group): string {
  return parts.map(({ parameter }) => parameter).join(', ')
}
