/**
 * Creates the missing parts of a group so that the stored parts match after any crash or race: in order, each one only if
 * it is absent, and a later part always from the first part as it is stored. A value that this process generated counts as
 * stored only if the answer of the store leaves no doubt; otherwise it is read back.
 */
import type { Group, Part, Recipe } from '../../api/declaration/group.ts'
import type { Clock } from '../scheduling/clock.ts'
import { type Failure, failureOf } from '../failure.ts'
import type { ParameterStore } from '../store/parameter-store.ts'
import type { SecretValue } from '../secret-value.ts'
import { decide } from './decide.ts'
import { describePart } from './description.ts'
import { derive } from './generate.ts'
import { readBack } from './read-back.ts'
import { verifyGroup } from './verify-group.ts'

/** `created` names the parameters that this call stored. A reason is the end of a sentence about the group. */
export type MadeGroup = { readonly created: readonly string[] } &
  /** Complete. `created` may be empty although parts were absent: another process created them meanwhile. */
  (
    | { readonly outcome: 'created' | 'exists' }
    | { readonly outcome: 'incomplete' | 'mismatched'; readonly reason: string }
    /** A call to the store failed: the same call later goes on from what is stored. */
    | { readonly outcome: 'failed'; readonly failure: Failure }
  )

export type MakeTools = {
  readonly clock: Clock
  /** The value of a first part. */
  readonly generate: (recipe: Recipe) => Promise<SecretValue>
}

/** @param existing as decide takes it. */
export async function makeGroup(
  store: ParameterStore,
  group: Group,
  existing: ReadonlySet<string>,
  tools: MakeTools,
): Promise<MadeGroup> {
  const decision = decide(group, existing)
  if (decision.action === 'nothing') return { outcome: 'exists', created: [] }
  if (decision.action === 'report') return { outcome: 'incomplete', created: [], reason: decision.reason }
  const created: string[] = []
  try {
    const reason = await createParts(store, group, decision.parts, tools, created)
    if (reason !== undefined) return { outcome: 'mismatched', created, reason }
    return { outcome: created.length > 0 ? 'created' : 'exists', created }
  } catch (error) {
    const failure = failureOf(error)
    if (failure === undefined) throw error
    return { outcome: 'failed', created, failure }
  }
}

/** @param created is added to. @returns why the stored parts do not match, if they do not. */
async function createParts(
  store: ParameterStore,
  group: Group,
  parts: readonly Part[],
  { clock, generate }: MakeTools,
  created: string[],
): Promise<string | undefined> {
  const [first] = group.parts
  if (first === undefined) return undefined
  let stored: SecretValue | undefined
  for (const part of parts) {
    if (part !== first) stored ??= (await readBack(store, [first.parameter], clock)).get(first.parameter)
    const value = part === first ? await generate(group) : stored && derive(group.type, part.role, stored)
    if (value === undefined)
      return `has a value in ${first.parameter} from which ${part.parameter} cannot be derived`
    const answer = await store.create(part.parameter, value, { description: describePart(group, part) })
    if (answer.outcome === 'exists') continue
    created.push(part.parameter)
    if (part === first && answer.version === 1 && answer.attempts === 1) stored = value
  }
  if (created.length === 0) return undefined
  // Compares what is stored: another process may have stored it.
  return await verifyGroup(store, group, clock)
}
