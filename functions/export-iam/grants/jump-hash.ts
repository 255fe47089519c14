/**
 * Jump consistent hash: which of `buckets` a name belongs to. It depends on the name and the number alone, and with one
 * bucket more, names move into the new one only. J. Lamping and E. Veach, https://arxiv.org/abs/1406.2294
 */
import { createHash } from 'node:crypto'

/** @param buckets at least 1. @returns a whole number from 0 to buckets - 1. */
export function bucketOf(name: string, buckets: number): number {
  return jumpHash(createHash('sha256').update(name).digest().readBigUInt64BE(), buckets)
}

export function jumpHash(hash: bigint, buckets: number): number {
  let key = hash
  let [bucket, next] = [0, 0]
  while (next < buckets) {
    bucket = next
    key = BigInt.asUintN(64, key * 2862933555777941757n + 1n)
    next = Math.floor((bucket + 1) * (2 ** 31 / Number((key >> 33n) + 1n)))
  }
  return bucket
}
