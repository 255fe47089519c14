import { inspect } from 'node:util'

/** A value that must not be printed by accident: it prints as `<redacted>` everywhere. Only `reveal` returns it. */
export type SecretValue = { readonly reveal: () => string }

const redacted = () => '<redacted>'

export function secretValue(text: string): SecretValue {
  return Object.freeze({
    reveal: () => text,
    toString: redacted,
    toJSON: redacted,
    [inspect.custom]: redacted,
  })
}
