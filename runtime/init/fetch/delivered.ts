import type { Declaration } from '../../../api/declaration/declaration.ts'
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { exitCode } from '../../../api/exit-code.ts'
import { type DeliveredValue, textValue } from '../../values/delivered-value.ts'
import { secretValue } from '../../secret-value.ts'
import { formatRef } from '../../store/parameter-store.ts'
import { describeRef } from './describe-unfetched.ts'
import { defaultOf, type FetchedValue, refOf } from './fetch-declared.ts'
import type { InitDiagnostic } from './report.ts'

/** A declaration with its value, in the form in which it is delivered. */
export type Delivered = {
  readonly annotation: string
  readonly declaration: Declaration
  /** As messages name the value: `the value of parameter /db`. */
  readonly subject: string
  /** As formatRef writes it, with its version or label. Undefined for a composition. */
  readonly parameter?: string
  /** Of a composition that is left out: the annotations of the values that are absent. */
  readonly absent?: readonly string[]
  /** Undefined where it is absent, and the pod starts without it. */
  readonly value: DeliveredValue | undefined
}

/** A value as it is stored, or what stands for one that does not exist. */
export function deliveredAsStored({ declared, stored }: FetchedValue): Delivered {
  const { annotation, declaration } = declared
  const ref = refOf(declared)
  const standIn = stored ? undefined : defaultOf(declaration)
  const text = stored?.value ?? (standIn === undefined ? undefined : secretValue(standIn))
  const what = standIn === undefined ? 'value' : 'default'
  return {
    annotation,
    declaration,
    subject: `the ${what} of ${describeRef(ref)}`,
    parameter: formatRef(ref),
    value: text && textValue(text),
  }
}

/** @param wrong follows the subject. */
export function wrongValue(
  { annotation, parameter, subject }: Omit<Delivered, 'value'>,
  { message, hint }: Diagnostic,
): InitDiagnostic {
  return {
    exit: exitCode.input,
    message: `annotation ${annotation}: ${subject} ${message}`,
    ...(hint === undefined ? {} : { hint }),
    fields: { annotation, ...(parameter === undefined ? {} : { parameter }), code: 'INVALID_VALUE' },
  }
}
