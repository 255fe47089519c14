import { createPublicKey, sign, verify } from 'node:crypto'
import t from 'tap'
import { localPrime } from './local-prime.ts'
import { localRsaKey } from './local-rsa.ts'

t.test('a key signs, and its numbers are those of its primes', async (t) => {
  const key = await localRsaKey('RSA', 2048, 'a')
  const text = Buffer.from('text')
  t.ok(verify('sha256', text, createPublicKey(key), sign('sha256', text, key)))
  const { n = '', p = '', q = '' } = key.export({ format: 'jwk' })
  const [product, one, other] = [n, p, q].map((text64) =>
    BigInt(`0x${Buffer.from(text64, 'base64url').toString('hex')}`),
  )
  t.equal(product, (one ?? 0n) * (other ?? 0n))
  const primes = [await localPrime('RSA\n2048\na\np', 1024), await localPrime('RSA\n2048\na\nq', 1024)]
  t.strictSame(new Set([one, other]), new Set(primes), 'one prime of each label')
  t.ok((one ?? 0n) > (other ?? 0n), 'the larger one is first, as OpenSSL has it')
  t.equal((product ?? 0n).toString(2).length, 2048)
})

t.test('keys of RSA and GPG, and of two seeds, differ', async (t) => {
  const keys = await Promise.all([
    localRsaKey('RSA', 2048, 'a'),
    localRsaKey('GPG', 2048, 'a'),
    localRsaKey('RSA', 2048, 'b'),
  ])
  t.equal(new Set(keys.map((key) => key.export({ format: 'jwk' }).n)).size, 3)
})
