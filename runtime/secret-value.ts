import { inspect } from 'node:util'

/** A value that nobody may see by accident: whatever prints it prints `<redacted>`. Only `reveal` tells it. */
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
