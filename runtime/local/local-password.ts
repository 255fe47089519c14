const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const base = BigInt(alphabet.length)

/** The first digits, in base 62, of the bytes as an unsigned number, the highest byte first. */
export function localPassword(bytes: Buffer, length: number): string {
  const number = BigInt(`0x${bytes.toString('hex')}`)
  // Only the first digits are wanted of up to 11,000, each of which costs a division of what is left.
  let digits = Math.floor((number.toString(16).length / Math.log(62)) * Math.log(16)) + 1
  while (digits > 1 && number < base ** BigInt(digits - 1)) digits--
  let left = number / base ** BigInt(Math.max(0, digits - length))
  let text = ''
  for (let count = Math.min(digits, length); count > 0; count--) {
    text = (alphabet[Number(left % base)] ?? '') + text
    left /= base
  }
  return text
}
