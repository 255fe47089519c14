/** Generates values. A stored value is text of one line; its format is part of the contract (see api/declaration/group.ts). */
import { createPublicKey, generateKeyPair, randomBytes, randomInt } from 'node:crypto'
import { promisify } from 'node:util'
import type { PartRole } from '../../api/declaration/group.ts'
import type { GeneratedType } from '../../api/declaration/secret-type.ts'
import { decodePrivateKey, encodePrivateKey, encodePublicKey } from '../values/rsa-key.ts'
import { type SecretValue, secretValue } from '../secret-value.ts'

/**
 * A new value for the first part of a group, from which the others are derived.
 *
 * @param size in bits.
 */
export async function generate(type: GeneratedType, size: number): Promise<SecretValue> {
  return secretValue(await makers[type](size))
}

const makers = {
  async RSA(size) {
    // On the thread pool, because the longer keys take seconds.
    const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: size })
    return encodePrivateKey(privateKey)
  },
  RANDOM: (size) => randomBytes(size / 8).toString('base64'),
  // randomInt is uniform; the remainder of a random byte would favour some letters.
  PASSWORD: (size) => Array.from({ length: size / 8 }, () => alphabet[randomInt(alphabet.length)]).join(''),
} satisfies Record<GeneratedType, (size: number) => string | Promise<string>>

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The value of a later part of a group, derived from that of the first; undefined if that is not possible. */
export function derive(role: PartRole, first: SecretValue): SecretValue | undefined {
  if (role !== 'public') return first
  const privateKey = decodePrivateKey(first.reveal())
  return privateKey && secretValue(encodePublicKey(createPublicKey(privateKey)))
}
