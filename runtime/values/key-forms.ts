/** Other forms of a stored RSA key. What is stored never changes. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { invalid, type Parsed } from '../../api/parsed.ts'
import { decodePrivateKey, decodePublicKey } from './rsa-key.ts'

const otherKey = invalid('is not an RSA key as kees stores it: base64 of PKCS#8 or SPKI in DER, on one line')

/** PKCS#8 or SPKI, in lines of 64 characters: https://www.rfc-editor.org/rfc/rfc7468 */
export function formatPem(stored: string): Parsed<string> {
  const key = decodeKey(stored)
  if (key === undefined) return otherKey
  const type = key.type === 'private' ? 'pkcs8' : 'spki'
  return { value: key.export({ format: 'pem', type }).toString() }
}

/**
 * A JSON Web Key on one line, a private one with all of its members (https://www.rfc-editor.org/rfc/rfc7517). Its `kid` is the thumbprint, which the two parts
 * of a pair share: https://www.rfc-editor.org/rfc/rfc7638
 */
export function formatJwk(stored: string): Parsed<string> {
  const key = decodeKey(stored)
  if (key === undefined) return otherKey
  const { kty, ...members } = key.export({ format: 'jwk' })
  return { value: JSON.stringify({ kty, kid: thumbprint(key), ...members }) }
}

function decodeKey(stored: string): KeyObject | undefined {
  return decodePrivateKey(stored) ?? decodePublicKey(stored)
}

function thumbprint(key: KeyObject): string {
  const { e, n } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' })
  // The required members alone, in this order and without white space.
  return createHash('sha256')
    .update(JSON.stringify({ e, kty: 'RSA', n }))
    .digest('base64url')
}
