import type { Failure } from '../../runtime/failure.ts'
import type { Io } from '../flags/command.ts'

/** A failure of the store for some parameters. */
export type StoreFailure = { readonly parameters: readonly string[]; readonly failure: Failure }

const mostNamed = 10

/**
 * Prints each failure once: without credentials or a connection, all requests fail the same way. The affected parameters
 * are printed below it.
 */
export function printFailures(
  failures: readonly StoreFailure[],
  io: Io,
  severity: 'error' | 'warning' = 'error',
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
    const [only, ...more] = names
    const isOne = only !== undefined && more.length === 0
    io.err(`${severity}: ${isOne ? `${only}: ` : ''}${failure.message}`)
    if (more.length > 0) io.err(`  about ${names.size} parameters: ${listed([...names])}`)
    if (failure.detail !== undefined) io.err(`  ${failure.detail}`)
    if (failure.hint !== undefined) io.err(`  hint: ${failure.hint}`)
  }
}

/** As many names as a person reads. */
export function listed(names: readonly string[]): string {
  const left = names.length - mostNamed
  return left <= 1 ? names.join(', ') : `${names.slice(0, mostNamed).join(', ')} and ${left} more`
}
