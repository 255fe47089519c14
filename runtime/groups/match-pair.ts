import { createPublicKey } from 'node:crypto'
import { decodePrivateKey, decodePublicKey, encodePublicKey } from '../values/rsa-key.ts'
import type { SecretValue } from '../secret-value.ts'

/**
 * Whether two stored values are the two parts of one RSA key pair. `unreadable`: neither is a key as kees stores it, so
 * another program stored both, perhaps as placeholders, and they cannot be compared.
 */
export function matchPair(
  privatePart: SecretValue,
  publicPart: SecretValue,
): 'match' | 'mismatch' | 'unreadable' {
  const privateKey = decodePrivateKey(privatePart.reveal())
  const publicKey = decodePublicKey(publicPart.reveal())
  if (privateKey === undefined && publicKey === undefined) return 'unreadable'
  if (privateKey === undefined || publicKey === undefined) return 'mismatch'
  return encodePublicKey(createPublicKey(privateKey)) === encodePublicKey(publicKey) ? 'match' : 'mismatch'
}
