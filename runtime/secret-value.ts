import { inspect } from 'node:util'

/** A value that must not be printed by accident: it prints as `<redacted>` everywhere. Only `reveal` returns it. */
export type SecretValue = { readonly reveal: () => string }

/** Bytes that are no text, such as a keystore: likewise. */
export type SecretBytes = { readonly revealBytes: () => Uint8Array }

const redacted = () => '<redacted>'
const unprintable = { toString: redacted, toJSON: redacted, [inspect.custom]: redacted }

export function secretValue(text: string): SecretValue {
  return Object.freeze({ reveal: () => text, ...unprintable })
}

export function secretBytes(bytes: Uint8Array): SecretBytes {
  return Object.freeze({ revealBytes: () => bytes, ...unprintable })
}
