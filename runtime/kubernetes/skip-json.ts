/** Finds where a value of a JSON text ends, without parsing it: of lists and objects, only strings and brackets are looked at. */

const [quote, backslash] = [34, 92] as const

/**
 * @param at of the first byte of the value. @returns the index after it; at least the length of the bytes where it does not end
 * in them.
 */
export function skipValue(bytes: Buffer, at: number): number {
  // Variables of its own are kept in registers, and an inner loop for strings is faster.
  const [stringQuote, escape] = [34, 92] as const
  // [ and { differ in one bit, as do ] and }, and no other bytes between two strings are above them.
  const [brackets, braceBit, openBrace, closeBrace] = [91, 32, 123, 125] as const
  const { length } = bytes
  const first = bytes[at] ?? 0
  if (first === quote) return skipString(bytes, at)
  if (first < brackets || (first | braceBit) !== openBrace) return skipNumber(bytes, at)
  let depth = 0
  for (let index = at; index < length; index++) {
    const byte = bytes[index] ?? 0
    if (byte === stringQuote) {
      for (index++; index < length; index++) {
        const next = bytes[index]
        if (next === stringQuote) break
        if (next === escape) index++
      }
    } else if (byte >= brackets) {
      if ((byte | braceBit) === openBrace) depth++
      else if ((byte | braceBit) === closeBrace && --depth === 0) return index + 1
    }
  }
  return length
}

/** @param at of its first quotation mark. */
function skipString(bytes: Buffer, at: number): number {
  for (let index = at + 1; index < bytes.length; index++) {
    const byte = bytes[index]
    if (byte === quote) return index + 1
    if (byte === backslash) index++
  }
  return bytes.length
}

/** A whole number: metadata has no other values. @returns the length of the bytes for any other. */
function skipNumber(bytes: Buffer, at: number): number {
  let index = at
  for (; isDigit(bytes[index]); index++);
  return index > at ? index : bytes.length
}

function isDigit(byte = 0): boolean {
  return byte >= 48 && byte <= 57
}
