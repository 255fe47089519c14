import { exitCodeOf, type Failure } from '../../runtime/failure.ts'
import type { Places } from '../declaration-places.ts'
import type { Io } from '../flags/command.ts'
import type { ReportedResult } from '../report/reported-result.ts'

/** A failure of the store for some parameters. */
export type StoreFailure = { readonly parameters: readonly string[]; readonly failure: Failure }

const mostNamed = 10

/**
 * Prints each failure once: without credentials or a connection, all requests fail the same way. The affected parameters
 * are printed below it.
 *
 * @param placesOf where the parameters are declared, for the reports, which have a result for each declaration.
 */
export function printFailures(
  failures: readonly StoreFailure[],
  io: Io,
  severity: 'error' | 'warning' = 'error',
  placesOf: Places = () => [],
): void {
  const same = new Map<string, { failure: Failure; names: Set<string> }>()
  for (const { parameters, failure } of failures) {
    // The detail is not part of the key: it may name the requested parameter.
    const key = [failure.code, failure.message, failure.deniedBy].join('\n')
    const one = same.get(key) ?? { failure, names: new Set() }
    same.set(key, one)
    for (const name of parameters) one.names.add(name)
  }
  for (const { failure, names } of same.values()) {
    io.print(resultOf(failure, [...names], severity))
    const unplaced: string[] = []
    for (const name of names) {
      const places = placesOf(name)
      if (places.length === 0) unplaced.push(name)
      for (const place of places) io.record({ ...resultOf(failure, [name], severity), ...place })
    }
    if (unplaced.length > 0 || names.size === 0) io.record(resultOf(failure, unplaced, severity))
  }
}

function resultOf(
  failure: Failure,
  parameters: readonly string[],
  severity: 'error' | 'warning',
): ReportedResult {
  const { code, message, detail, hint } = failure
  const [only, ...more] = parameters
  const isOne = only !== undefined && more.length === 0
  return {
    severity,
    code,
    message: `${isOne ? `${only}: ` : ''}${message}`,
    details: [
      ...(more.length === 0 ? [] : [`about ${parameters.length} parameters: ${listed(parameters)}`]),
      ...(detail === undefined ? [] : [detail]),
    ],
    ...(hint === undefined ? {} : { hint }),
    parameters,
    exit: exitCodeOf(failure),
  }
}

/** As many names as a person reads. */
export function listed(names: readonly string[]): string {
  const left = names.length - mostNamed
  return left <= 1 ? names.join(', ') : `${names.slice(0, mostNamed).join(', ')} and ${left} more`
}
