/**
 * Replaces the module of `@smithy/core` in the programs that run in pods. That one makes two tables when it is loaded: V8 copies the shape of
 * an object for each of the first hundred names that are added to it one by one.
 */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

export function fromHex(encoded: string): Uint8Array {
  const bytes = Buffer.from(encoded, 'hex')
  if (bytes.length * 2 !== encoded.length) throw new Error('not a hexadecimal text')
  return bytes
}
