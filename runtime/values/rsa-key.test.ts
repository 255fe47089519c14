import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { rsaPair } from './fixtures.ts'
import { decodePrivateKey, decodePublicKey, encodePrivateKey, encodePublicKey } from './rsa-key.ts'

const { privateKey, publicKey } = rsaPair
const ellipticKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

t.ok(decodePrivateKey(encodePrivateKey(privateKey))?.equals(privateKey), 'a private key is read back')
t.ok(decodePublicKey(encodePublicKey(publicKey))?.equals(publicKey), 'a public key is read back')
t.match(encodePrivateKey(privateKey), /^[A-Za-z0-9+/]+=*$/, 'a private key is one line of base64')
t.match(encodePublicKey(publicKey), /^[A-Za-z0-9+/]+=*$/, 'a public key is one line of base64')

const notPrivate: readonly (readonly [title: string, text: string])[] = [
  ['a placeholder', 'privatekeydummyvalue'],
  ['nothing', ''],
  ['a public key', encodePublicKey(publicKey)],
  ['PEM', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
  ['PKCS#1', privateKey.export({ format: 'der', type: 'pkcs1' }).toString('base64')],
  ['a key of another kind', encodePrivateKey(ellipticKey)],
  ['half a key', encodePrivateKey(privateKey).slice(0, 400)],
]
for (const [title, text] of notPrivate)
  t.equal(decodePrivateKey(text), undefined, `${title} is no private key`)

const notPublic: readonly (readonly [title: string, text: string])[] = [
  ['a placeholder', 'publickeydummyvalue'],
  ['a private key', encodePrivateKey(privateKey)],
  ['a key of another kind', encodePublicKey(createPublicKey(ellipticKey))],
]
for (const [title, text] of notPublic) t.equal(decodePublicKey(text), undefined, `${title} is no public key`)
