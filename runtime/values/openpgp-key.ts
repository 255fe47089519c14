/**
 * GPG keys as kees stores them: base64, on one line, of a transferable OpenPGP key (https://www.rfc-editor.org/rfc/rfc9580#section-10.1) in version 4, which
 * all implementations read. It is one RSA key that certifies, signs and decrypts, a user ID and its self-certification, without
 * subkeys, passphrase or expiry. The public part is the private one without its secret numbers.
 */
import { constants, createHash, type KeyObject, sign } from 'node:crypto'
import { decodeBase64 } from '../../api/decode-base64.ts'
import {
  formatLength,
  formatMpi,
  formatPacket,
  type Packet,
  parsePackets,
  skipMpis,
  tags,
  uint16,
  uint32,
} from './openpgp-packets.ts'

type KeyContent = {
  /** RSA. */
  readonly privateKey: KeyObject
  readonly userId: string
  /** In seconds since 1970: of the key and of its signature. */
  readonly createdAt: number
}

const version = 4
const rsa = 1
/** SHA-512. */
const hash = 10
/** A signature by which the owner of a key says, after checking, that a user ID is theirs. */
const positiveCertification = 0x13

/** The private part of a pair. */
export function encodeOpenPgpKey({ privateKey, userId, createdAt }: KeyContent): string {
  const number = rsaNumbers(privateKey)
  const publicBody = Buffer.concat([
    Buffer.from([version]),
    uint32(createdAt),
    Buffer.from([rsa]),
    formatMpi(number.n),
    formatMpi(number.e),
  ])
  // OpenPGP has the smaller prime first, so its coefficient is the inverse that PKCS #1 calls qi.
  const secret = Buffer.concat([number.d, number.q, number.p, number.qi].map(formatMpi))
  const sum = secret.reduce((total, byte) => (total + byte) & 0xffff, 0)
  const user = Buffer.from(userId)
  const packets: Packet[] = [
    { tag: tags.secretKey, body: Buffer.concat([publicBody, Buffer.from([0]), secret, uint16(sum)]) },
    { tag: tags.userId, body: user },
    { tag: tags.signature, body: certify(privateKey, publicBody, user, createdAt) },
  ]
  return encode(packets)
}

/** The public part of a stored private one; undefined when that is no RSA key in this form. */
export function openPgpCertificateOf(privatePart: string): string | undefined {
  const key = decodeOpenPgpKey(privatePart)
  if (key?.kind !== 'private') return undefined
  const packets: Packet[] = []
  for (const packet of key.packets) {
    const tag = publicTag.get(packet.tag)
    const body = tag === undefined ? packet.body : publicBodyOf(packet)
    if (body === undefined) return undefined
    packets.push({ tag: tag ?? packet.tag, body })
  }
  return encode(packets)
}

type OpenPgpKey = {
  readonly kind: 'private' | 'public'
  readonly packets: readonly [Packet, ...Packet[]]
}

/** Undefined when the text is no OpenPGP key in base64. */
export function decodeOpenPgpKey(text: string): OpenPgpKey | undefined {
  const [first, ...rest] = parsePackets(decodeBase64(text).value ?? Buffer.alloc(0)) ?? []
  if (first?.tag !== tags.secretKey && first?.tag !== tags.publicKey) return undefined
  return { kind: first.tag === tags.secretKey ? 'private' : 'public', packets: [first, ...rest] }
}

/** What the two parts of a pair have in common; undefined when it is no RSA key. */
export function rsaPublicBodyOf({ packets: [first] }: OpenPgpKey): Buffer | undefined {
  return publicBodyOf(first)
}

const publicTag: ReadonlyMap<number, number> = new Map([
  [tags.secretKey, tags.publicKey],
  [tags.secretSubkey, tags.publicSubkey],
])

/** The secret numbers, if there are any, follow the public ones. */
function publicBodyOf({ body }: Packet): Buffer | undefined {
  if (body[0] !== version || body[5] !== rsa) return undefined
  const end = skipMpis(body, 6, 2)
  return end === undefined ? undefined : body.subarray(0, end)
}

function encode(packets: readonly Packet[]): string {
  return Buffer.concat(packets.map(formatPacket)).toString('base64')
}

/** The body of the signature of a key over itself and its user ID: https://www.rfc-editor.org/rfc/rfc9580#section-5.2.4 */
function certify(privateKey: KeyObject, publicBody: Buffer, user: Buffer, createdAt: number): Buffer {
  const key = Buffer.concat([Buffer.from([0x99]), uint16(publicBody.length), publicBody])
  const fingerprint = createHash('sha1').update(key).digest()
  const hashed = Buffer.concat([
    subpacket(2, uint32(createdAt)),
    // The issuer.
    subpacket(33, Buffer.concat([Buffer.from([version]), fingerprint])),
    // Certify, sign, encrypt communications and storage.
    subpacket(27, Buffer.from([0x01 | 0x02 | 0x04 | 0x08])),
    // AES-256, AES-192, AES-128.
    subpacket(11, Buffer.from([9, 8, 7])),
    // SHA-512, SHA-384, SHA-256.
    subpacket(21, Buffer.from([10, 9, 8])),
    // No compression, ZLIB, ZIP.
    subpacket(22, Buffer.from([0, 2, 1])),
    // Messages are protected against changes.
    subpacket(30, Buffer.from([1])),
  ])
  const head = Buffer.concat([
    Buffer.from([version, positiveCertification, rsa, hash]),
    uint16(hashed.length),
    hashed,
  ])
  const signed = Buffer.concat([
    key,
    Buffer.from([0xb4]),
    uint32(user.length),
    user,
    head,
    Buffer.from([version, 0xff]),
    uint32(head.length),
  ])
  const unhashed = subpacket(16, fingerprint.subarray(-8))
  const digest = createHash('sha512').update(signed).digest()
  const signature = sign('sha512', signed, { key: privateKey, padding: constants.RSA_PKCS1_PADDING })
  return Buffer.concat([head, uint16(unhashed.length), unhashed, digest.subarray(0, 2), formatMpi(signature)])
}

function subpacket(type: number, body: Buffer): Buffer {
  return Buffer.concat([formatLength(1 + body.length), Buffer.from([type]), body])
}

const members = ['n', 'e', 'd', 'p', 'q', 'qi'] as const

/** OpenSSL has the larger prime first, always. */
function rsaNumbers(key: KeyObject): Readonly<Record<(typeof members)[number], Buffer>> {
  const jwk = key.export({ format: 'jwk' })
  const [n, e, d, p, q, qi] = members.map((name) => Buffer.from(String(jwk[name]), 'base64url'))
  if (!n || !e || !d || !p || !q || !qi || Buffer.compare(p, q) <= 0 || p.length !== q.length)
    throw new Error('an RSA key has other primes than OpenSSL generates')
  return { n, e, d, p, q, qi }
}
