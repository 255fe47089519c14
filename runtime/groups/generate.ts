/** Generates values. A stored value is text of one line; its format is part of the contract (see api/declaration/group.ts). */
import { createPublicKey, generateKeyPair, type KeyObject, randomBytes, randomInt } from 'node:crypto'
import { promisify } from 'node:util'
import type { PartRole, Recipe } from '../../api/declaration/group.ts'
import type { GeneratedType } from '../../api/declaration/secret-type.ts'
import { encodeOpenPgpKey, openPgpCertificateOf } from '../values/openpgp-key.ts'
import { decodePrivateKey, encodePrivateKey, encodePublicKey } from '../values/rsa-key.ts'
import { type SecretValue, secretValue } from '../secret-value.ts'

/** A new value for the first part of a group, from which the others are derived. */
export async function generate(recipe: Recipe): Promise<SecretValue> {
  return secretValue(await makers[recipe.type](recipe))
}

/** GnuPG refuses keys from the future, and the clocks of two machines differ. */
const backdated = 24 * 60 * 60

const makers = {
  RSA: async ({ size }) => encodePrivateKey(await generateRsa(size)),
  async GPG({ size, userId }) {
    if (userId === undefined) throw new Error('a GPG key has no user ID')
    const createdAt = Math.floor(Date.now() / 1000) - backdated
    return encodeOpenPgpKey({ privateKey: await generateRsa(size), userId, createdAt })
  },
  RANDOM: ({ size }) => randomBytes(size / 8).toString('base64'),
  // randomInt is uniform; the remainder of a random byte would favour some letters.
  PASSWORD: ({ size }) =>
    Array.from({ length: size / 8 }, () => alphabet[randomInt(alphabet.length)]).join(''),
} satisfies Record<GeneratedType, (recipe: Recipe) => string | Promise<string>>

/** On the thread pool, because the longer keys take seconds. */
async function generateRsa(size: number): Promise<KeyObject> {
  return (await promisify(generateKeyPair)('rsa', { modulusLength: size })).privateKey
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** The value of a later part of a group, derived from that of the first; undefined if that is not possible. */
export function derive(type: GeneratedType, role: PartRole, first: SecretValue): SecretValue | undefined {
  if (role !== 'public') return first
  const text = first.reveal()
  const publicPart = type === 'GPG' ? openPgpCertificateOf(text) : publicKeyOf(text)
  return publicPart === undefined ? undefined : secretValue(publicPart)
}

function publicKeyOf(privatePart: string): string | undefined {
  const privateKey = decodePrivateKey(privatePart)
  return privateKey && encodePublicKey(createPublicKey(privateKey))
}
