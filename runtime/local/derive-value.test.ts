/** Known answers: these values must never change, on any platform and with any version of Node. */
import { createHash } from 'node:crypto'
import t from 'tap'
import type { Recipe } from '../../api/declaration/group.ts'
import type { GeneratedType } from '../../api/declaration/secret-type.ts'
import { matchPair } from '../groups/match-pair.ts'
import { localDeriver } from './derive-value.ts'

const derive = localDeriver()
const valueOf = (seed: string, recipe: Recipe, role: 'private' | 'public' | 'value') =>
  derive({ from: 'seed', seed, recipe, role })

const texts: readonly (readonly [seed: string, type: GeneratedType, size: number, value: string])[] = [
  ['db.password', 'RANDOM', 128, 'OGiWQ1YDTH1JbfX3MUnwKA=='],
  ['db.password', 'RANDOM', 8, 'OA=='],
  ['db.password', 'PASSWORD', 8, '4'],
  ['db.password', 'PASSWORD', 128, 'CYSBHmNDvxNGJPvH'],
  ['db.password', 'PASSWORD', 256, 'BXRn54b54ppkjuxn3XlEft7IdVrUwROR'],
  ['signingKey.v1', 'RANDOM', 72, 'qYXU82bC2AON'],
  ['a/b/c', 'PASSWORD', 128, 'nmHCpVV3L5ctz7kL'],
  ['ä😀', 'PASSWORD', 128, 'kYJ1CUBf862PfOZ7'],
]
for (const [seed, type, size, value] of texts)
  t.test(`${type} of ${size} bits from ${seed}`, async (t) =>
    t.equal((await valueOf(seed, { type, size }, 'value')).reveal(), value),
  )

t.test('the longest password', async (t) =>
  t.match((await valueOf('a', { type: 'PASSWORD', size: 8192 }, 'value')).reveal(), /^[0-9A-Za-z]{1024}$/),
)

// Keys of 4,096 bits are compared by test/init/local-mode.test.ts, with the oldest Node too.
const keys: readonly (readonly [type: 'RSA' | 'GPG', size: number, ...digests: string[]])[] = [
  ['RSA', 2048, 'e7134198d18f1ef5', 'fb1a85f96fdca3b7'],
  ['GPG', 2048, '80002cbe6a0b95ce', 'e4f4df75ac6a2881'],
]
for (const [type, size, ...digests] of keys)
  t.test(`${type} of ${size} bits`, async (t) => {
    const recipe = { type, size, userId: 'Orders <orders@example.com>' }
    const key = await valueOf('signingKey.v1', recipe, 'private')
    const publicKey = await valueOf('signingKey.v1', recipe, 'public')
    t.strictSame(
      [key, publicKey].map((part) =>
        createHash('sha256').update(Buffer.from(part.reveal(), 'base64')).digest('hex').slice(0, 16),
      ),
      digests,
    )
    t.equal(matchPair(type, key, publicKey), 'match')
  })
