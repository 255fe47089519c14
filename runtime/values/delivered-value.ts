import { type SecretBytes, secretBytes, type SecretValue } from '../secret-value.ts'

/** A value as it is delivered. */
export type DeliveredValue =
  | { readonly text: SecretValue; readonly bytes?: never }
  /** @property notText why they are no text: follows the name of the value. */
  | { readonly text?: never; readonly bytes: SecretBytes; readonly notText: string }

export function textValue(text: SecretValue): DeliveredValue {
  return { text }
}

export function bytesValue(bytes: Uint8Array, notText: string): DeliveredValue {
  return { bytes: secretBytes(bytes), notText }
}

/** In UTF-8. */
export function byteLengthOf({ text, bytes }: DeliveredValue): number {
  return text === undefined ? bytes.revealBytes().length : Buffer.byteLength(text.reveal())
}
