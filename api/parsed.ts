import type { Diagnostic } from './diagnostic.ts'

/** A value that passed its check, or all that is wrong with it: messages that follow the name of what was checked. */
export type Parsed<T> = { readonly value: T; readonly diagnostics?: undefined } | Invalid

type Invalid = { readonly value?: undefined; readonly diagnostics: readonly Diagnostic[] }

/** @param message follows the name of what was checked: `must be a string`. */
export function invalid(message: string, hint?: string): Invalid {
  return { diagnostics: [hint === undefined ? { message } : { message, hint }] }
}

/** @param diagnostic of the value; undefined where nothing is wrong with it. */
export function checked<T>(value: T, diagnostic: Diagnostic | undefined): Parsed<T> {
  return diagnostic === undefined ? { value } : { diagnostics: [diagnostic] }
}
