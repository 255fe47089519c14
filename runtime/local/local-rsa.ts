import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { KeyType } from '../../api/declaration/secret-type.ts'
import { localPrime, publicExponent } from './local-prime.ts'

/** An RSA key that everybody can compute. @param type RSA and GPG keys of one seed differ. */
export async function localRsaKey(type: KeyType, bits: number, seed: string): Promise<KeyObject> {
  const prime = (name: string) => localPrime(`${type}\n${bits}\n${seed}\n${name}`, bits / 2)
  const [one, other] = await Promise.all([prime('p'), prime('q')])
  const [p, q] = one > other ? [one, other] : [other, one]
  const d = inverse(publicExponent, (p - 1n) * (q - 1n))
  const numbers = {
    n: p * q,
    e: publicExponent,
    d,
    p,
    q,
    dp: d % (p - 1n),
    dq: d % (q - 1n),
    qi: inverse(q, p),
  }
  const members = Object.entries(numbers).map(([name, number]) => [
    name,
    bytesOf(number).toString('base64url'),
  ])
  return createPrivateKey({ key: { kty: 'RSA', ...Object.fromEntries(members) }, format: 'jwk' })
}

function inverse(number: bigint, modulus: bigint): bigint {
  let [a, b, x, y] = [number % modulus, modulus, 1n, 0n]
  while (a > 1n) {
    const quotient = a / b
    ;[a, b] = [b, a % b]
    ;[x, y] = [y, x - quotient * y]
  }
  return x < 0n ? x + modulus : x
}

function bytesOf(number: bigint): Buffer {
  const hex = number.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
}
