/** The readers of keys for which PEM and JWK are meant: OpenSSL, Java, Go and a JOSE library. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { calculateJwkThumbprint, compactVerify, CompactSign, importJWK } from 'jose'
import t from 'tap'
import { formatJwk, formatPem } from '../../runtime/values/key-forms.ts'
import { encodePrivateKey, encodePublicKey } from '../../runtime/values/rsa-key.ts'
import { run } from '../programs/programs.ts'
import { runGoFile } from '../programs/run-go.ts'
import { command, java, shortJava } from '../programs/tools.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 3072 })
const stored = { private: encodePrivateKey(privateKey), public: encodePublicKey(publicKey) }

const folder = t.testdir()
const pem = { private: join(folder, 'private.pem'), public: join(folder, 'public.pem') }
for (const part of ['private', 'public'] as const)
  writeFileSync(pem[part], formatPem(stored[part]).value ?? '')

const modulus = Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url').toString('hex')

const openssl = command('openssl')

t.test(
  'OpenSSL reads both parts as PEM, and writes the same',
  { skip: openssl.missing ?? false },
  async (t) => {
    const read = (part: 'private' | 'public', ...args: readonly string[]) => {
      const { status, stdout, stderr } = run('openssl', ['pkey', '-in', pem[part], ...args])
      t.equal(status, 0, stderr)
      return stdout
    }
    t.equal(read('private'), formatPem(stored.private).value)
    t.equal(read('public', '-pubin'), formatPem(stored.public).value)
    t.equal(read('private', '-pubout'), formatPem(stored.public).value, 'they are a pair')
  },
)

const { path: javaPath = 'java', missing: javaMissing = false } = java()

t.test('Java reads both parts as PEM', { skip: javaMissing }, async (t) => {
  const read = run(javaPath, [
    ...shortJava,
    join(import.meta.dirname, 'java', 'ReadPem.java'),
    pem.private,
    pem.public,
  ])
  t.equal(read.stdout, `${modulus}\n${modulus}\nverified\n`, read.stderr)
})

const go = command('go')

t.test('Go reads both parts as PEM', { skip: go.missing ?? false }, async (t) => {
  const read = runGoFile('go', join(import.meta.dirname, 'go-pem', 'main.go'), [pem.private, pem.public])
  t.equal(read.stdout, `${modulus}\n${modulus}\nverified\n`, read.stderr)
})

t.test(
  'a JOSE library signs with the private JWK, verifies with the public one, and computes the same kid',
  async (t) => {
    const [privateJwk, publicJwk] = [stored.private, stored.public].map((one) => {
      const jwk: Readonly<Record<string, string>> = JSON.parse(formatJwk(one).value ?? '')
      return jwk
    })
    const { kid = '' } = publicJwk ?? {}
    const jws = await new CompactSign(Buffer.from('hello'))
      .setProtectedHeader({ alg: 'PS256', kid })
      .sign(await importJWK({ ...privateJwk }, 'PS256'))
    const verified = await compactVerify(jws, await importJWK({ ...publicJwk }, 'PS256'))
    t.equal(Buffer.from(verified.payload).toString(), 'hello')
    t.equal(await calculateJwkThumbprint({ ...publicJwk }), kid)
    t.equal(privateJwk?.['kid'], kid, 'the two parts share it')
    t.strictSame(
      Object.keys(publicJwk ?? {}).toSorted(),
      ['e', 'kid', 'kty', 'n'],
      'nothing private in the public one',
    )
  },
)

t.test('Node reads both parts, as PEM and as JWK', async (t) => {
  t.ok(createPrivateKey(formatPem(stored.private).value ?? '').equals(privateKey))
  t.ok(createPublicKey(formatPem(stored.public).value ?? '').equals(publicKey))
  const jwk = (one: string): JsonWebKey => JSON.parse(formatJwk(one).value ?? '')
  t.ok(createPrivateKey({ key: jwk(stored.private), format: 'jwk' }).equals(privateKey))
  t.ok(createPublicKey({ key: jwk(stored.public), format: 'jwk' }).equals(publicKey))
})
