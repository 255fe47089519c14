/** What the creator does for the pods that it sees, once, for a list of groups. */
import type { Group } from '../../api/group.ts'
import { type Clock, clock as realClock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import { mapConcurrent } from '../scheduling/map-concurrent.ts'
import { retryOneByOne } from '../store/retry-one-by-one.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import { batchSelectors } from '../store/batch.ts'
import { decide } from './decide.ts'
import { generate } from './generate.ts'
import { type MadeGroup, makeGroup } from './make-group.ts'
import { verifyGroup } from './verify-group.ts'

export type GroupResult = { readonly group: Group } & (
  | Made
  /** `created` names what would be. */
  | { readonly outcome: 'would-create'; readonly created: readonly string[] }
)

type Made =
  | MadeGroup
  /** It was complete, and access to the values is denied, so that nobody saw whether the parts belong together. */
  | { readonly outcome: 'uncompared'; readonly created: readonly string[]; readonly failure: Failure }

export type CreateOptions = {
  readonly dryRun: boolean
  readonly clock?: Clock
  /** Called every ten seconds at most, when a group is done. */
  readonly progress?: (done: number, total: number) => void
}

const progressEvery = 10_000
const parallelCalls = 5
const parallelGroups = 4
/** In milliseconds; about a minute in all. */
const longestWait = 32_000

/**
 * @param groups of which no two would make one parameter differently (see api/conflicts.ts); equal ones are one.
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
  let [done, told] = [0, clock.now()]
  const make = async (group: Group): Promise<GroupResult> => {
    const failure = group.parts
      .map(({ parameter }) => failures.get(parameter))
      .find((one) => one !== undefined)
    if (failure) return { group, outcome: 'failed', created: [], failure }
    const decision = decide(group, existing)
    if (dryRun && decision.action === 'create') {
      return { group, outcome: 'would-create', created: decision.parts.map(({ parameter }) => parameter) }
    }
    return { group, ...(await makePatiently(store, group, existing, clock)) }
  }
  return await mapConcurrent(distinct, parallelGroups, async (group) => {
    const result = await make(group)
    done++
    if (clock.now() - told >= progressEvery) {
      told = clock.now()
      progress?.(done, distinct.length)
    }
    return result
  })
}

/** Of a group that was complete before. Who may not read the values may create what is missing all the same. */
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

/** Others write to the account too: what the store has no time for is tried again, from what is stored by then. */
async function makePatiently(
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

async function findExisting(
  store: ParameterStore,
  names: Iterable<string>,
): Promise<{ readonly existing: ReadonlySet<string>; readonly failures: ReadonlyMap<string, Failure> }> {
  const existing = new Set<string>()
  const failures = new Map<string, Failure>()
  const calls = batchSelectors([...names].map((name) => ({ name })))
  const ask = async (asked: readonly string[]) => {
    for (const name of await store.exists(asked)) existing.add(name)
  }
  await mapConcurrent(calls, parallelCalls, (refs) =>
    retryOneByOne(
      refs.map(({ name }) => name),
      ask,
      (name, failure) => failures.set(name, failure),
    ),
  )
  return { existing, failures }
}

function keyOf({ parts }: Group): string {
  return parts.map(({ parameter }) => parameter).join('\n')
}
