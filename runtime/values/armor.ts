/** ASCII armor, the text form of OpenPGP: https://www.rfc-editor.org/rfc/rfc9580#section-6 */
import { decodeOpenPgpKey } from './openpgp-key.ts'
import { invalid, type Parsed } from '../../api/parsed.ts'

const otherKey = invalid('is not a GPG key as kees stores it: base64 of a binary OpenPGP key, on one line')

/** @param stored an OpenPGP key of any kind, in base64. */
export function formatArmor(stored: string): Parsed<string> {
  const key = decodeOpenPgpKey(stored)
  if (key === undefined) return otherKey
  const bytes = Buffer.from(stored, 'base64')
  const label = `PGP ${key.kind === 'private' ? 'PRIVATE' : 'PUBLIC'} KEY BLOCK`
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  const text = [`-----BEGIN ${label}-----`, '', ...lines, `=${crc24(bytes)}`, `-----END ${label}-----`, '']
  return { value: text.join('\n') }
}

/** Readers need it no more, but older ones refuse a text without it. */
function crc24(bytes: Buffer): string {
  let crc = 0xb704ce
  for (const byte of bytes) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x800000 ? 0x1864cfb : 0)
  }
  const sum = Buffer.alloc(3)
  sum.writeUIntBE(crc & 0xffffff, 0, 3)
  return sum.toString('base64')
}
