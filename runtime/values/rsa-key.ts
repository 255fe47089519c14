/**
 * RSA keys as kees stores them, text of one line each: a private key is base64 of PKCS#8 DER (RFC 5958), a public one
 * base64 of SPKI DER (RFC 5280, 4.1.2.7), which is what java.security's key specifications take.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

export function encodePrivateKey(key: KeyObject): string {
  return key.export({ format: 'der', type: 'pkcs8' }).toString('base64')
}

export function encodePublicKey(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).toString('base64')
}

/** Undefined when the text is no RSA key in this form. */
export function decodePrivateKey(text: string): KeyObject | undefined {
  return rsaKey(() => createPrivateKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'pkcs8' }))
}

/** Undefined when the text is no RSA key in this form. */
export function decodePublicKey(text: string): KeyObject | undefined {
  return rsaKey(() => createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' }))
}

function rsaKey(decode: () => KeyObject): KeyObject | undefined {
  let key
  try {
    key = decode()
  } catch {
    return undefined
  }
  return key.asymmetricKeyType === 'rsa' ? key : undefined
}
