/**
 * Walks the order of an apply and finds the parameters that a role may read before it and after it, but not for certain at
 * every step between: the order is partial, so "for certain" is for all ways in which terraform may run it.
 */
import { grantsIn } from './evaluate-policies.ts'
import { type PlanGraph, stepsBefore } from './plan-graph.ts'
import type { Attributes, ResourceChange } from './terraform-plan.ts'

/** A policy and its attachment to a role, before or after the apply: what grants. */
type Carrier = {
  readonly policy: ResourceChange
  readonly attachment: ResourceChange
  readonly resources: ReadonlySet<string>
}

/** @param changes of one module. @returns what may be lost for a while, as `role: grant`. */
export function lostGrants(changes: readonly ResourceChange[], graph: PlanGraph): string[] {
  const [before, after] = [carriersOf(changes, 'before'), carriersOf(changes, 'after')]
  const memory = new Map<string, ReadonlySet<string>>()
  const past = (step: string) => {
    const known = memory.get(step) ?? stepsBefore(graph, step)
    memory.set(step, known)
    return known
  }
  return [...before].flatMap(([role, old]) => {
    const now = after.get(role) ?? []
    const kept = new Set(old.flatMap(({ resources }) => [...resources]))
    return [...kept]
      .filter((arn) => now.some(({ resources }) => resources.has(arn)))
      .filter((arn) => {
        const [from, to] = [old, now].map((all) => all.filter(({ resources }) => resources.has(arn)))
        return !from?.some((one) => to?.some((other) => isHandedOver(one, other, arn, past)))
      })
      .map((arn) => `${role}: ${arn}`)
  })
}

/** Whether everything that makes the new carrier grant is over before anything that ends the old one's grant begins. */
function isHandedOver(
  old: Carrier,
  now: Carrier,
  arn: string,
  past: (step: string) => ReadonlySet<string>,
): boolean {
  const starts = [
    ...(grants(now.policy.change.before, arn) && !isReplaced(now.policy) ? [] : [now.policy.address]),
    ...(now.attachment.change.before !== null && !isReplaced(now.attachment) ? [] : [now.attachment.address]),
  ]
  const ends = [
    ...endsOf(old.policy, grants(old.policy.change.after, arn)),
    ...endsOf(old.attachment, old.attachment.change.after !== null),
  ]
  return ends.every((end) => starts.every((start) => start !== end && past(end).has(start)))
}

/** The steps with which something stops to grant, if it does. */
function endsOf({ address, change, ...one }: ResourceChange, stays: boolean): string[] {
  if (change.after === null || isReplaced({ address, change, ...one })) return [`${address} (destroy)`]
  return stays ? [] : [address]
}

function isReplaced({ change }: ResourceChange): boolean {
  return change.actions.length > 1
}

function carriersOf(changes: readonly ResourceChange[], when: 'before' | 'after'): Map<string, Carrier[]> {
  const carriers = new Map<string, Carrier[]>()
  for (const attachment of changes) {
    const role = attachment.change[when]?.['role']
    if (attachment.type !== 'aws_iam_role_policy_attachment' || typeof role !== 'string') continue
    const policy = changes.find(
      ({ type, name, index }) =>
        type === 'aws_iam_policy' && name === attachment.name && index === attachment.index,
    )
    if (!policy) throw new Error(`${attachment.address} attaches no policy of the module`)
    const resources = new Set(grantsOf(policy.change[when]))
    carriers.set(role, [...(carriers.get(role) ?? []), { policy, attachment, resources }])
  }
  return carriers
}

function grants(attributes: Attributes | null, arn: string): boolean {
  return grantsOf(attributes).includes(arn)
}

function grantsOf(attributes: Attributes | null): string[] {
  const document = attributes?.['policy']
  return typeof document === 'string' ? grantsIn([JSON.parse(document)]) : []
}
