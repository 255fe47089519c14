import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { rsaPair } from './fixtures.ts'
import { formatJwk, formatPem } from './key-forms.ts'
import { encodePrivateKey, encodePublicKey } from './rsa-key.ts'

const { privateKey, publicKey } = rsaPair
const [storedPrivate, storedPublic] = [encodePrivateKey(privateKey), encodePublicKey(publicKey)]

for (const [stored, label] of [
  [storedPrivate, 'PRIVATE KEY'],
  [storedPublic, 'PUBLIC KEY'],
] as const) {
  const pem = formatPem(stored).value ?? ''
  const lines = pem.split('\n')
  t.equal(lines[0], `-----BEGIN ${label}-----`)
  t.equal(lines.at(-2), `-----END ${label}-----`)
  t.equal(lines.at(-1), '', 'it ends with a line end')
  const body = lines.slice(1, -2)
  t.equal(body.join(''), stored, 'the bytes are those that are stored')
  t.ok(
    body.slice(0, -1).every(({ length }) => length === 64),
    'lines of 64 characters',
  )
}

const asObject = (text: string | undefined): unknown => JSON.parse(text ?? '')
const jwk = publicKey.export({ format: 'jwk' })
const kid = createHash('sha256').update(`{"e":"${jwk.e}","kty":"RSA","n":"${jwk.n}"}`).digest('base64url')
t.strictSame(asObject(formatJwk(storedPublic).value), { ...jwk, kid }, 'a public JWK')
t.strictSame(
  asObject(formatJwk(storedPrivate).value),
  { ...privateKey.export({ format: 'jwk' }), kid },
  'a private JWK',
)
t.notMatch(formatJwk(storedPrivate).value, /\s/, 'on one line')
t.ok(createPrivateKey({ key: privateKey.export({ format: 'jwk' }), format: 'jwk' }).equals(privateKey))
t.ok(createPublicKey(formatPem(storedPrivate).value ?? '').equals(publicKey))

t.test('the thumbprint of the example in RFC 7638, 3.1', async (t) => {
  const n =
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl' +
    '93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRw' +
    'r3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
  const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' })
  t.match(asObject(formatJwk(encodePublicKey(key)).value), {
    kid: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  })
})

const pss = generateKeyPairSync('rsa-pss', { modulusLength: 1024 }).privateKey
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const others: readonly (readonly [title: string, text: string])[] = [
  ['a password', 'hunter2'],
  ['nothing', ''],
  ['PEM', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
  ['a key for RSA-PSS alone', encodePrivateKey(pss)],
  ['a key of another kind', encodePrivateKey(elliptic)],
  ['a key that was cut', storedPrivate.slice(0, 500)],
]
for (const [title, text] of others)
  for (const format of [formatPem, formatJwk]) {
    const { value, diagnostics } = format(text)
    t.equal(value, undefined, `refused: ${title}`)
    t.notMatch(JSON.stringify(diagnostics), 'hunter2')
  }
