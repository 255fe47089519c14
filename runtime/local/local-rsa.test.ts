import { createPublicKey, sign, verify } from 'node:crypto'
import t from 'tap'
import { localPrime } from './local-prime.ts'
import { localRsaKey } from './local-rsa.ts'

// Half as long as those of pods, which derive-value.test.ts derives.
t.test('a key signs, and its numbers are those of its primes', async (t) => {
  const key = await localRsaKey('RSA', 1024, 'a')
  const text = Buffer.from('text')
  t.ok(verify('sha256', text, createPublicKey(key), sign('sha256', text, key)))
  const { n = '', p = '', q = '' } = key.export({ format: 'jwk' })
  const [product, one, other] = [n, p, q].map((text64) =>
    BigInt(`0x${Buffer.from(text64, 'base64url').toString('hex')}`),
  )
  t.equal(product, (one ?? 0n) * (other ?? 0n))
  const primes = [await localPrime('RSA\n1024\na\np', 512), await localPrime('RSA\n1024\na\nq', 512)]
  t.strictSame(new Set([one, other]), new Set(primes), 'one prime of each label')
  t.ok((one ?? 0n) > (other ?? 0n), 'the larger one is first, as OpenSSL has it')
  t.equal((product ?? 0n).toString(2).length, 1024)
})

t.test('keys of RSA and GPG, and of two seeds, differ', async (t) => {
  const keys = await Promise.all([
    localRsaKey('RSA', 1024, 'a'),
    localRsaKey('GPG', 1024, 'a'),
    localRsaKey('RSA', 1024, 'b'),
  ])
  t.equal(new Set(keys.map((key) => key.export({ format: 'jwk' }).n)).size, 3)
})
