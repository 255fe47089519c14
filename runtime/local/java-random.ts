/** java.util.Random, seeded by String.hashCode: https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Random.html */

/** Over UTF-16 units, as a signed number of 32 bits. */
export function javaHashCode(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (Math.imul(31, hash) + text.charCodeAt(index)) | 0
  return hash
}

const multiplier = 0x5deece66dn
const mask = (1n << 48n) - 1n

/** What nextBytes of a new Random fills: each word of 32 bits from its lowest byte on. @param seed sign-extended to 64 bits. */
export function javaRandomBytes(seed: number, size: number): Buffer {
  let state = (BigInt(seed) ^ multiplier) & mask
  const bytes = Buffer.alloc(Math.ceil(size / 4) * 4)
  for (let position = 0; position < size; position += 4) {
    state = (state * multiplier + 0xbn) & mask
    bytes.writeUInt32LE(Number(state >> 16n), position)
  }
  return bytes.subarray(0, size)
}
