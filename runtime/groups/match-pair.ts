import { createPublicKey } from 'node:crypto'
import { decodePrivateKey, decodePublicKey, encodePublicKey } from './rsa-key.ts'
import type { SecretValue } from '../secret-value.ts'

/**
 * Whether two stored values are the halves of one RSA key pair. `unreadable`: neither is a key as kees stores it, so
 * somebody else stored both, a placeholder perhaps, and kees cannot judge them.
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
