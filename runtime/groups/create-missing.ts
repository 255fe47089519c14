/** Creates what is missing of a list of groups, once; `kees create` does with it what the creator does continuously. */
import type { Group } from '../../api/declaration/group.ts'
import { type Clock, clock as realClock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import { mapConcurrent } from '../scheduling/map-concurrent.ts'
import { lookUpParameters } from '../store/look-up-parameters.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import { decide } from './decide.ts'
import { generate } from './generate.ts'
import { type MadeGroup, makeGroup } from './make-group.ts'
import { verifyGroup } from './verify-group.ts'

export type GroupResult = { readonly group: Group } & (
  | Made
  /** `created` names what would be created. */
  | { readonly outcome: 'would-create'; readonly created: readonly string[] }
)

type Made =
  | MadeGroup
  /** Complete; access to the values is denied, so that the parts could not be compared. */
  | { readonly outcome: 'uncompared'; readonly created: readonly string[]; readonly failure: Failure }

type CreateOptions = {
  readonly dryRun: boolean
  readonly clock?: Clock
  /** Called every ten seconds at most, when a group is done. */
  readonly progress?: (done: number, total: number) => void
}

const progressEvery = 10_000
const parallelGroups = 4
/** In milliseconds; about a minute in all. */
const longestWait = 32_000

/**
 * @param groups of which no two would make one parameter differently (see api/pod/conflicts.ts); equal ones are one.
 * @returns a result for each group, in their order. One that fails does not stop the others.
 */
export async function createMissing(
  store: ParameterStore,
  groups: Iterable<Group>,
  { dryRun, clock = realClock, progress }: CreateOptions,
): Promise<GroupResult[]> {
  const distinct = [...new Map([...groups].map((group) => [keyOf(group), group])).values()]
  const names = new Set(distinct.flatMap(({ parts }) => parts.map(({ parameter }) => parameter)))
  const { existing, failures } = await findExisting(store, names)
  let [done, reportedAt] = [0, clock.now()]
  const make = async (group: Group): Promise<GroupResult> => {
    const failure = group.parts
      .map(({ parameter }) => failures.get(parameter))
      .find((one) => one !== undefined)
    if (failure) return { group, outcome: 'failed', created: [], failure }
    const decision = decide(group, existing)
    if (dryRun && decision.action === 'create') {
      return { group, outcome: 'would-create', created: decision.parts.map(({ parameter }) => parameter) }
    }
    return { group, ...(await makeWithRetries(store, group, existing, clock)) }
  }
  return await mapConcurrent(distinct, parallelGroups, async (group) => {
    const result = await make(group)
    done++
    if (clock.now() - reportedAt >= progressEvery) {
      reportedAt = clock.now()
      progress?.(done, distinct.length)
    }
    return result
  })
}

/** Of a group that was complete before. A role without the right to read values may still create what is missing. */
async function compareParts(store: ParameterStore, group: Group, clock: Clock): Promise<Made> {
  try {
    const reason = await verifyGroup(store, group, clock)
    if (reason === undefined) return { outcome: 'exists', created: [] }
    return { outcome: 'mismatched', created: [], reason }
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return { outcome: failure.code === 'ACCESS_DENIED' ? 'uncompared' : 'failed', created: [], failure }
  }
}

/** Others write to the account too: what the store throttles is tried again, from what is stored by then. */
async function makeWithRetries(
  store: ParameterStore,
  group: Group,
  existing: ReadonlySet<string>,
  clock: Clock,
): Promise<Made> {
  const isComplete = decide(group, existing).action === 'nothing'
  const created: string[] = []
  for (let wait = 1000; ; wait *= 2) {
    const made = isComplete
      ? await compareParts(store, group, clock)
      : await makeGroup(store, group, new Set([...existing, ...created]), { clock, generate })
    created.push(...made.created)
    const busy = made.outcome === 'failed' && made.failure.code === 'THROTTLED'
    if (busy && wait <= longestWait) await clock.sleep(wait)
    else
      return made.outcome === 'exists' && created.length > 0
        ? { outcome: 'created', created }
        : { ...made, created }
  }
}

/** Which of the parameters exist, and for the others that could not be looked up, why. */
async function findExisting(
  store: ParameterStore,
  names: ReadonlySet<string>,
): Promise<{ readonly existing: ReadonlySet<string>; readonly failures: ReadonlyMap<string, Failure> }> {
  const standings = await lookUpParameters(
    store,
    [...names].map((name) => ({ name })),
  )
  const existing = new Set<string>()
  const failures = new Map<string, Failure>()
  for (const [name, standing] of standings) {
    if (standing === 'exists') existing.add(name)
    else if (standing !== 'missing') failures.set(name, standing)
  }
  return { existing, failures }
}

function keyOf({ parts }: Group): string {
  return parts.map(({ parameter }) => parameter).join('\n')
}
