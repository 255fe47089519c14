/**
 * Jump consistent hash: which of `buckets` a name belongs to. It depends on the name and the number alone, and with one
 * bucket more, names move into the new one only. J. Lamping and E. Veach, https://arxiv.org/abs/1406.2294
 */
import { hash } from 'node:crypto'

/** Takes longer than jumpHash. */
export function hashOf(name: string): bigint {
  return hash('sha256', name, 'buffer').readBigUInt64BE()
}

/** @param nameHash from hashOf. @param buckets at least 1. @returns a whole number from 0 to buckets - 1. */
export function jumpHash(nameHash: bigint, buckets: number): number {
  let key = nameHash
  let [bucket, next] = [0, 0]
  while (next < buckets) {
    bucket = next
    key = BigInt.asUintN(64, key * 2862933555777941757n + 1n)
    next = Math.floor((bucket + 1) * (2 ** 31 / Number((key >> 33n) + 1n)))
  }
  return bucket
}
