import { exitCode } from '../../api/exit-code.ts'
import { declaredKey } from '../../functions/export-iam/grants/granted-names.ts'
import { nameOf, type Result } from '../../functions/krm/result.ts'
import type { ValueRef } from '../../runtime/store/parameter-store.ts'
import type { Places } from '../declaration-places.ts'
import type { Io } from '../flags/command.ts'
import { recordAt } from '../print-results.ts'
import type { AuditRow } from './audit-rows.ts'

/**
 * For the reports, at the annotations that declare the name. For people, the table has them.
 *
 * @param placesOf a name in the form of keyOf
 */
export function recordFindings(
  rows: readonly AuditRow[],
  severity: Result['severity'],
  placesOf: Places,
  io: Io,
): void {
  for (const { who, name, declaredBy, findings } of rows) {
    if (findings.length === 0) continue
    const places = placesOf(name).filter(({ object }) => object && declaredBy.includes(nameOf(object)))
    const message = `${who}, ${name}: ${findings.join(', ')}`
    recordAt({ severity, message, exit: exitCode.input, parameters: [name] }, places, io)
  }
}

/** As declaredKey names what grants have. */
export function keyOf({ from, name }: ValueRef): string {
  return from === undefined ? name : declaredKey('secrets', name)
}
