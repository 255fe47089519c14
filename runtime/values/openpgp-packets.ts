/**
 * Packets of OpenPGP, of which a key is a sequence: https://www.rfc-editor.org/rfc/rfc9580#section-4 and, for GnuPG, of RFC 4880 too.
 */
export type Packet = { readonly tag: number; readonly body: Buffer }

export const tags = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  userId: 13,
  publicSubkey: 14,
} as const

export function formatPacket({ tag, body }: Packet): Buffer {
  return Buffer.concat([Buffer.from([0xc0 | tag]), formatLength(body.length), body])
}

/** Undefined where the bytes are not a whole number of packets. */
export function parsePackets(bytes: Buffer): readonly Packet[] | undefined {
  const packets: Packet[] = []
  let position = 0
  while (position < bytes.length) {
    const header = parseHeader(bytes.subarray(position))
    if (header === undefined) return undefined
    const start = position + header.size
    position = start + header.length
    if (position > bytes.length) return undefined
    packets.push({ tag: header.tag, body: bytes.subarray(start, position) })
  }
  return packets
}

/** Of a packet, and of a subpacket of a signature. */
export function formatLength(length: number): Buffer {
  if (length < 192) return Buffer.from([length])
  if (length < 8384) return Buffer.from([192 + ((length - 192) >> 8), (length - 192) & 0xff])
  return Buffer.concat([Buffer.from([0xff]), uint32(length)])
}

type Header = { readonly tag: number; readonly size: number; readonly length: number }

/** The older form is what GnuPG writes. Lengths that are open or partial are not for keys. */
function parseHeader(bytes: Buffer): Header | undefined {
  const [first = 0] = bytes
  if ((first & 0x80) === 0) return undefined
  const isNew = (first & 0x40) !== 0
  const tag = isNew ? first & 0x3f : (first >> 2) & 0xf
  const rest = bytes.subarray(1)
  if (!isNew) {
    const octets = [1, 2, 4][first & 3]
    if (octets === undefined || rest.length < octets) return undefined
    return { tag, size: 1 + octets, length: rest.readUIntBE(0, octets) }
  }
  const [octet = 0xff, next = 0] = rest
  if (octet < 192) return { tag, size: 2, length: octet }
  if (octet < 224 && rest.length > 1) return { tag, size: 3, length: ((octet - 192) << 8) + next + 192 }
  return octet === 0xff && rest.length > 4 ? { tag, size: 6, length: rest.readUInt32BE(1) } : undefined
}

/** A multiprecision integer: its number of bits, then its bytes without leading zeros. */
export function formatMpi(number: Buffer): Buffer {
  const start = number.findIndex((byte) => byte !== 0)
  const bytes = start < 0 ? Buffer.alloc(0) : number.subarray(start)
  const [first = 0] = bytes
  return Buffer.concat([uint16(first === 0 ? 0 : bytes.length * 8 - (Math.clz32(first) - 24)), bytes])
}

/** The position after a number of integers; undefined where there are fewer. */
export function skipMpis(bytes: Buffer, start: number, count: number): number | undefined {
  let position = start
  for (let index = 0; index < count; index++) {
    if (position + 2 > bytes.length) return undefined
    position += 2 + Math.ceil(bytes.readUInt16BE(position) / 8)
  }
  return position <= bytes.length ? position : undefined
}

export function uint16(number: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(number)
  return bytes
}

export function uint32(number: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(number)
  return bytes
}
