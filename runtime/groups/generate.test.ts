import { createPrivateKey, createPublicKey } from 'node:crypto'
import t from 'tap'
import { share } from '../../api/test-effort.ts'
import { matchPair } from './match-pair.ts'
import { secretValue } from '../secret-value.ts'
import { decodeOpenPgpKey } from '../values/openpgp-key.ts'
import { derive, generate } from './generate.ts'

for (const size of [2048, 3072, 4096].slice(0, share(3))) {
  t.test(
    `RSA ${size} generates a private key of that length, from which the public key is derived`,
    async (t) => {
      const privatePart = await generate({ type: 'RSA', size: size })
      const key = createPrivateKey({
        key: Buffer.from(privatePart.reveal(), 'base64'),
        format: 'der',
        type: 'pkcs8',
      })
      t.equal(key.asymmetricKeyDetails?.modulusLength, size)
      t.equal(key.asymmetricKeyDetails?.publicExponent, 65537n)
      t.match(privatePart.reveal(), /^[A-Za-z0-9+/]+=*$/, 'one line of base64')
      const publicPart = derive('RSA', 'public', privatePart)
      t.equal(publicPart && matchPair('RSA', privatePart, publicPart), 'match')
      const publicDer = Buffer.from(publicPart?.reveal() ?? '', 'base64')
      t.ok(
        createPublicKey({ key: publicDer, format: 'der', type: 'spki' }).equals(createPublicKey(key)),
        'SPKI DER',
      )
    },
  )
}

t.test('GPG generates a private key, from which the certificate is derived', async (t) => {
  const before = Math.floor(Date.now() / 1000)
  const privatePart = await generate({ type: 'GPG', size: 1024, userId: 'A <a@example.com>' })
  const publicPart = derive('GPG', 'public', privatePart)
  t.equal(publicPart && matchPair('GPG', privatePart, publicPart), 'match')
  const [first] = decodeOpenPgpKey(publicPart?.reveal() ?? '')?.packets ?? []
  const age = before - (first?.body.readUInt32BE(1) ?? 0)
  t.ok(age > 3600, 'its creation is past on a machine whose clock is an hour behind')
  t.equal(derive('GPG', 'public', secretValue('privatekeydummyvalue')), undefined)
  await t.rejects(generate({ type: 'GPG', size: 2048 }), { message: 'a GPG key has no user ID' })
})

for (const size of [8, 128, 256, 8192]) {
  t.test(`RANDOM ${size} generates base64 of as many bits, and the same for the provider`, async (t) => {
    const value = await generate({ type: 'RANDOM', size: size })
    t.equal(Buffer.from(value.reveal(), 'base64').length * 8, size)
    t.equal(Buffer.from(value.reveal(), 'base64').toString('base64'), value.reveal())
    t.equal(derive('RANDOM', 'provider', value)?.reveal(), value.reveal())
  })
  t.test(`PASSWORD ${size} generates ${size / 8} letters and digits`, async (t) => {
    t.match(
      (await generate({ type: 'PASSWORD', size: size })).reveal(),
      new RegExp(`^[0-9A-Za-z]{${size / 8}}$`),
    )
  })
}

t.test('no value is generated twice', async (t) => {
  for (const type of ['RANDOM', 'PASSWORD'] as const) {
    const values = await Promise.all(Array.from({ length: 100 }, () => generate({ type, size: 128 })))
    t.equal(new Set(values.map((value) => value.reveal())).size, 100, type)
  }
})

t.test('the characters of passwords are uniformly distributed', async (t) => {
  const values = await Promise.all(
    Array.from({ length: 100 }, () => generate({ type: 'PASSWORD', size: 8192 })),
  )
  const counts = new Map<string, number>()
  for (const character of values.flatMap((value) => value.reveal().split(''))) {
    counts.set(character, (counts.get(character) ?? 0) + 1)
  }
  t.equal(counts.size, 62, 'all of them occur')
  const expected = (100 * 1024) / 62
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  // With 61 degrees of freedom more than 140 is seen once in 20 million runs; the remainder of a byte gives above 2,000.
  t.ok(chiSquare < 140, `chi-square ${chiSquare}`)
})

t.equal(
  derive('RSA', 'public', secretValue('privatekeydummyvalue')),
  undefined,
  'nothing follows from a placeholder',
)

t.test('a key is generated outside the main thread, which continues with other work', async (t) => {
  let isMade = false
  const making = generate({ type: 'RSA', size: 1024 }).then(() => (isMade = true))
  // What another thread has made comes with a turn of the event loop, and these are none.
  for (let count = 0; count < 1000; count++) await Promise.resolve()
  t.notOk(isMade)
  await making
})
