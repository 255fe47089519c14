/** The Events about one group, and which failures of the store are worth one. */
import { lineOf } from '../../../api/diagnostic.ts'
import type { Group } from '../../../api/declaration/group.ts'
import type { Failure } from '../../failure.ts'
import type { Log } from '../../log.ts'
import type { EventNote, EventReason } from '../claims/event-reasons.ts'
import type { Template } from '../claims/template.ts'
import { joinShortened } from '../claims/read-claims.ts'
import type { Granted } from '../claims/resolve-claims.ts'

export type ReportTools = {
  readonly record: (template: Template, note: EventNote) => void
  readonly log: Log
}

/** When to try again: what only a person can mend is not mended within seconds. */
export type Retry = 'retry' | 'retry soon'

/** Of the templates that claim one group: a parameter that a whole cluster shares needs no Event on each of them. */
const mostTemplates = 20

/** Failures that only a person can mend. */
const reasons: Readonly<Partial<Record<Failure['code'], EventReason>>> = {
  ACCESS_DENIED: 'AccessDenied',
  REFUSED: 'RefusedByStore',
  INVALID_NAME: 'RefusedByStore',
  INVALID_VALUE: 'RefusedByStore',
}

/** @param about the end of a sentence about the group. */
export function reportGroup(
  { group, claimants }: Granted,
  reason: EventReason,
  about: string,
  { record, log }: ReportTools,
): void {
  const message = joinShortened([`${namesOf(group)}: ${about}`])
  log.debug('refused', { reason, about: message })
  for (const { template } of claimants.slice(0, mostTemplates)) record(template, { reason, message })
}

export function reportFailure(granted: Granted, failure: Failure, tools: ReportTools): Retry {
  tools.log.debug('the store failed', { ...failure, group: namesOf(granted.group) })
  const reason = reasons[failure.code]
  if (reason === undefined) return 'retry soon'
  reportGroup(granted, reason, lineOf(failure), tools)
  return 'retry'
}

export function namesOf({ parts }: Group): string {
  return parts.map(({ parameter }) => parameter).join(', ')
}
