/** The values of local mode, from the names of their declarations: no secrets. In the form in which a store would have them. */
import type { LocalSeed } from '../../api/declaration/local-source.ts'
import type { GeneratedType } from '../../api/declaration/secret-type.ts'
import { derive } from '../groups/generate.ts'
import { type SecretValue, secretValue } from '../secret-value.ts'
import { encodeOpenPgpKey } from '../values/openpgp-key.ts'
import { encodePrivateKey } from '../values/rsa-key.ts'
import { javaHashCode, javaRandomBytes } from './java-random.ts'
import { localPassword } from './local-password.ts'
import { localRsaKey } from './local-rsa.ts'

/** 2010-01-01T00:00:00Z, in seconds: before the clock of any machine. */
const createdAt = 1_262_304_000

/** Makes each key once, whichever of its parts are wanted. */
export function localDeriver(): (source: LocalSeed) => Promise<SecretValue> {
  const firstParts = new Map<string, Promise<string>>()
  return async ({ seed, recipe, role }) => {
    const id = JSON.stringify([seed, recipe.type, recipe.size, recipe.userId])
    const making = firstParts.get(id) ?? makers[recipe.type](seed, recipe.size, recipe.userId)
    firstParts.set(id, making)
    const value = derive(recipe.type, role, secretValue(await making))
    if (value === undefined) throw new Error('a derived key has no public part')
    return value
  }
}

type Maker = (seed: string, size: number, userId: string | undefined) => Promise<string>

const makers = {
  RSA: async (seed, size) => encodePrivateKey(await localRsaKey('RSA', size, seed)),
  async GPG(seed, size, userId) {
    if (userId === undefined) throw new Error('a GPG key has no user ID')
    return encodeOpenPgpKey({ privateKey: await localRsaKey('GPG', size, seed), userId, createdAt })
  },
  RANDOM: async (seed, size) => javaRandomBytes(javaHashCode(seed), size / 8).toString('base64'),
  PASSWORD: async (seed, size) => localPassword(javaRandomBytes(javaHashCode(seed), size), size / 8),
} satisfies Record<GeneratedType, Maker>
