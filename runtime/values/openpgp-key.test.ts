import { createPublicKey, verify } from 'node:crypto'
import t from 'tap'
import { otherRsaPair, rsaPair } from './fixtures.ts'
import { formatArmor } from './armor.ts'
import { decodeOpenPgpKey, encodeOpenPgpKey, openPgpCertificateOf, rsaPublicBodyOf } from './openpgp-key.ts'
import { formatPacket, skipMpis } from './openpgp-packets.ts'

const { privateKey } = rsaPair
const content = { privateKey, userId: 'Name <mail@example.com>', createdAt: 1_262_304_000 }
const privatePart = encodeOpenPgpKey(content)
const publicPart = openPgpCertificateOf(privatePart) ?? ''

const packetsOf = (text: string) => decodeOpenPgpKey(text)?.packets ?? []
const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64')

t.match(privatePart, /^[A-Za-z0-9+/]+=*$/, 'one line of base64')
t.equal(encodeOpenPgpKey(content), privatePart, 'the same content is the same text')
t.strictSame(
  [privatePart, publicPart].map((text) => packetsOf(text).map(({ tag }) => tag)),
  [
    [5, 13, 2],
    [6, 13, 2],
  ],
  'a key, a user ID and a signature',
)
t.strictSame(
  packetsOf(publicPart).slice(1),
  packetsOf(privatePart).slice(1),
  'the certificate has the same signature',
)
const secret = privateKey.export({ format: 'jwk' })
for (const member of ['d', 'p', 'q', 'qi'] as const) {
  const number = Buffer.from(secret[member] ?? '', 'base64url')
  t.ok(Buffer.from(privatePart, 'base64').includes(number), `${member} is in the private part`)
  t.notOk(Buffer.from(publicPart, 'base64').includes(number), `… and not in the public one`)
}
t.ok(
  [privatePart, publicPart].every((text) => {
    const key = decodeOpenPgpKey(text)
    return key && rsaPublicBodyOf(key)?.equals(packetsOf(publicPart)[0]?.body ?? Buffer.alloc(0))
  }),
)

t.test('the signature is right, over the key and the user ID', async (t) => {
  const [key, user, signature] = packetsOf(publicPart)
  const { body } = signature ?? { body: Buffer.alloc(6) }
  const head = body.subarray(0, 6 + body.readUInt16BE(4))
  const start = head.length + 2 + body.readUInt16BE(head.length) + 2
  t.equal(skipMpis(body, start, 1), body.length)
  const signed = (userId: Buffer) => {
    const sizes = [Buffer.alloc(3), Buffer.alloc(5), Buffer.alloc(6)] as const
    sizes[0].writeUInt8(0x99)
    sizes[0].writeUInt16BE(key?.body.length ?? 0, 1)
    sizes[1].writeUInt8(0xb4)
    sizes[1].writeUInt32BE(userId.length, 1)
    sizes[2].writeUInt16BE(0x04ff)
    sizes[2].writeUInt32BE(head.length, 2)
    return Buffer.concat([sizes[0], key?.body ?? Buffer.alloc(0), sizes[1], userId, head, sizes[2]])
  }
  const isBy = (userId: Buffer) =>
    verify('sha512', signed(userId), createPublicKey(privateKey), body.subarray(start + 2))
  t.ok(isBy(user?.body ?? Buffer.alloc(0)))
  t.notOk(isBy(Buffer.from('Another <mail@example.com>')))
})

t.test('ASCII armor of both parts', async (t) => {
  for (const [text, label] of [
    [privatePart, 'PGP PRIVATE KEY BLOCK'],
    [publicPart, 'PGP PUBLIC KEY BLOCK'],
  ] as const) {
    const lines = (formatArmor(text).value ?? '').split('\n')
    t.strictSame(lines.slice(0, 2), [`-----BEGIN ${label}-----`, ''])
    t.strictSame(lines.slice(-2), [`-----END ${label}-----`, ''], 'it ends with a line end')
    t.equal(lines.slice(2, -3).join(''), text, 'the bytes are those that are stored')
    t.match(lines.at(-3), /^=[A-Za-z0-9+/]{4}$/, 'with a checksum')
  }
  for (const text of ['fakepassword', '', formatArmor(privatePart).value ?? '', base64('c20141')]) {
    const { value, diagnostics } = formatArmor(text)
    t.equal(value, undefined)
    t.match(diagnostics, [{ message: /^is not a GPG key as kees stores it/ }])
    t.notMatch(JSON.stringify(diagnostics), 'fakepassword')
  }
})

const subkey = { tag: 7, body: packetsOf(privatePart)[0]?.body ?? Buffer.alloc(0) }
const withSubkey = Buffer.concat([Buffer.from(privatePart, 'base64'), formatPacket(subkey)]).toString(
  'base64',
)
t.strictSame(
  packetsOf(openPgpCertificateOf(withSubkey) ?? '').map(({ tag }) => tag),
  [6, 13, 2, 14],
  'subkeys lose their secret numbers too',
)

const elliptic = Buffer.concat([
  Buffer.from('c50c', 'hex'),
  Buffer.from([4, 0, 0, 0, 0, 22, 0, 0, 0, 0, 0, 0]),
]).toString('base64')
const notPrivate: readonly (readonly [title: string, text: string])[] = [
  ['a placeholder', 'privatekeydummyvalue'],
  ['nothing', ''],
  ['a certificate', publicPart],
  ['armor', formatArmor(privatePart).value ?? ''],
  ['a key that was cut', privatePart.slice(0, 400)],
  ['a key of another algorithm', elliptic],
  ['a private key with a subkey of another algorithm', withSubkeyOf(elliptic)],
]
for (const [title, text] of notPrivate)
  t.equal(openPgpCertificateOf(text), undefined, `no certificate of ${title}`)

function withSubkeyOf(text: string): string {
  const other = Buffer.from(text, 'base64')
  return Buffer.concat([Buffer.from(privatePart, 'base64'), Buffer.from([0xc7]), other.subarray(1)]).toString(
    'base64',
  )
}

t.throws(
  () => encodeOpenPgpKey({ ...content, privateKey: otherRsaPair.publicKey }),
  { message: 'an RSA key has other primes than OpenSSL generates' },
  'a public key is no private one',
)
