import { checkPrimeSync } from 'node:crypto'
import t from 'tap'
import { localPrime, publicExponent } from './local-prime.ts'

t.test('a prime has the two highest bits, fits the exponent, and depends on its label alone', async (t) => {
  const prime = await localPrime('a', 512)
  t.ok(checkPrimeSync(prime))
  t.equal(prime >> 510n, 3n)
  t.not(prime % publicExponent, 1n)
  t.equal(await localPrime('a', 512), prime)
  t.not(await localPrime('b', 512), prime)
})
