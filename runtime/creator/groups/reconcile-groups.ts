/**
 * Brings the parameter groups of one base name to the state that the pods declare: reads the claims and the store, decides,
 * and acts once. It keeps nothing that cannot be found out again, and may be called at any time, any number of times.
 */
import type { Clock } from '../../scheduling/clock.ts'
import type { Failure } from '../../failure.ts'
import type { Next } from '../../scheduling/work-queue.ts'
import { createGroup, type CreateTools, type Verifications, verifyCreated } from './create-group.ts'
import { decideGroup } from './decide-group.ts'
import type { ExistenceBatcher } from './existence-batcher.ts'
import { ExistenceCache } from './existence-cache.ts'
import { RareTimes } from './rare-times.ts'
import { namesOf, reportFailure, reportGroup, type Retry } from '../report/group-reports.ts'
import type { PodIndex } from '../claims/pod-index.ts'
import { type Granted, resolveClaims } from '../claims/resolve-claims.ts'

type ReconcileTools = CreateTools & {
  readonly clock: Clock
  readonly index: Pick<PodIndex, 'claimsOf'>
  readonly ask: ExistenceBatcher
}

type GroupReconciler = {
  /** @param signal it is aborted, with a Failure, when nobody claims anything under this base name any more, or the creator stops. */
  readonly reconcile: (baseName: string, signal: AbortSignal) => Promise<Next>
  /** Nobody claims anything under this base name any more. */
  readonly forget: (baseName: string) => void
  readonly knownParameters: () => number
}

/** What is remembered of the groups of one base name. */
type GroupState = Omit<Verifications, 'signal'> & {
  /** By namesOf the group: when it was first seen incomplete. */
  readonly incompleteSince: RareTimes
}

/** Between two looks at an incomplete group; AWS gives no bound for how late a read may be. */
const confirmAfter = 10_000

export function groupReconciler(tools: ReconcileTools): GroupReconciler {
  const { clock, random, index } = tools
  const states = new Map<string, GroupState>()

  const stateOf = (baseName: string): GroupState => {
    const state = states.get(baseName) ?? {
      existence: new ExistenceCache(clock, random),
      incompleteSince: new RareTimes(),
      verifyAt: new RareTimes(),
    }
    states.set(baseName, state)
    return state
  }
  return {
    knownParameters: () => {
      let sum = 0
      for (const { existence } of states.values()) sum += existence.knownCount()
      return sum
    },

    forget: (baseName) => void states.delete(baseName),

    async reconcile(baseName, signal) {
      const { granted, conflicts } = resolveClaims(index.claimsOf(baseName))
      if (granted.length === 0) {
        states.delete(baseName)
        return 'never'
      }
      for (const { claimant, message } of conflicts) {
        tools.record(claimant.template, { reason: 'Conflict', message })
      }
      const state = stateOf(baseName)
      const due: (number | Retry)[] = []
      for (const one of granted) due.push(await reconcileGroup(one, { ...state, signal }, tools))
      state.existence.forgetAbsent()
      if (due.includes('retry soon')) return 'retry soon'
      return due.includes('retry') ? 'retry' : { at: Math.min(...due.filter((at) => typeof at === 'number')) }
    },
  }
}

/** @returns when to look at the group again. */
async function reconcileGroup(
  granted: Granted,
  state: GroupState & Verifications,
  tools: ReconcileTools,
): Promise<number | Retry> {
  const { group } = granted
  const { existence, incompleteSince } = state
  const { clock } = tools
  const key = namesOf(group)
  const seenAt = incompleteSince.get(key)
  const confirmed = seenAt !== undefined && clock.now() >= seenAt + confirmAfter
  const decide = () => decideGroup(group, (name) => existence.stateOf(name), confirmed)
  let decision = decide()
  if (decision.action === 'ask') {
    const retry = await lookUp(decision.names, granted, state, tools)
    if (retry) return retry
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
      return await verifyCreated(granted, state, tools)
    case 'wait':
      return decision.for === 'deletion' ? existence.deletionsEnd() : (seenAt ?? clock.now()) + confirmAfter
    case 'report':
      reportGroup(granted, decision.code, `the group ${decision.reason}`, tools)
      return existence.checkAt()
    case 'create':
      return await createGroup(granted, decision.parts.length, state, tools)
    default:
      return decision satisfies never
  }
}

/** Asks the store which of the parameters exist. @returns undefined when it answered for all of them. */
async function lookUp(
  names: readonly string[],
  granted: Granted,
  { existence, signal }: Verifications,
  tools: ReconcileTools,
): Promise<Retry | undefined> {
  const [{ template }] = granted.claimants
  const answers = await Promise.all(names.map((name) => tools.ask(template.namespace, name, signal)))
  const failures: Failure[] = []
  answers.forEach((answer, index) => {
    const name = names[index]
    if (name === undefined) return
    if (answer === 'exists' || answer === 'absent') existence.note(name, answer === 'exists')
    else failures.push(answer)
  })
  const [failure] = failures
  return failure && reportFailure(granted, failure, tools)
}
