import type { KeyPairKeyObjectResult } from 'node:crypto'
import t from 'tap'
import { matchPair } from './match-pair.ts'
import { otherRsaPair, rsaPair } from '../values/fixtures.ts'
import { encodeOpenPgpKey, openPgpCertificateOf } from '../values/openpgp-key.ts'
import { encodePrivateKey, encodePublicKey } from '../values/rsa-key.ts'
import { secretValue } from '../secret-value.ts'

const texts = ({ privateKey, publicKey }: KeyPairKeyObjectResult) => ({
  privateText: encodePrivateKey(privateKey),
  publicText: encodePublicKey(publicKey),
})
const [one, other] = [texts(rsaPair), texts(otherRsaPair)]

const cases: readonly (readonly [title: string, privateText: string, publicText: string, match: string])[] = [
  ['the halves of a pair match', one.privateText, one.publicText, 'match'],
  ['the halves of two pairs do not', one.privateText, other.publicText, 'mismatch'],
  ['two public keys do not', one.publicText, one.publicText, 'mismatch'],
  ['a key and a placeholder do not', one.privateText, 'publickeydummyvalue', 'mismatch'],
  ['a placeholder and a key do not', 'privatekeydummyvalue', one.publicText, 'mismatch'],
  ['two placeholders cannot be judged', 'privatekeydummyvalue', 'publickeydummyvalue', 'unreadable'],
]

for (const [title, privateText, publicText, match] of cases) {
  t.equal(matchPair('RSA', secretValue(privateText), secretValue(publicText)), match, title)
}

const gpgTexts = ({ privateKey }: KeyPairKeyObjectResult, userId: string) => {
  const privateText = encodeOpenPgpKey({ privateKey, userId, createdAt: 1_000_000_000 })
  return { privateText, publicText: openPgpCertificateOf(privateText) ?? '' }
}
const [gpg, renamed, otherGpg] = [gpgTexts(rsaPair, 'A'), gpgTexts(rsaPair, 'B'), gpgTexts(otherRsaPair, 'A')]

const gpgCases: readonly (readonly [
  title: string,
  privateText: string,
  publicText: string,
  match: string,
])[] = [
  ['the parts of a pair match', gpg.privateText, gpg.publicText, 'match'],
  ['the certificate may have another user ID', gpg.privateText, renamed.publicText, 'match'],
  ['the parts of two pairs do not match', gpg.privateText, otherGpg.publicText, 'mismatch'],
  ['two private parts do not', gpg.privateText, gpg.privateText, 'mismatch'],
  ['two public parts do not', gpg.publicText, gpg.publicText, 'mismatch'],
  ['a key and a placeholder do not', gpg.privateText, 'publickeydummyvalue', 'mismatch'],
  ['a part that was cut does not', gpg.privateText, gpg.publicText.slice(0, -8), 'mismatch'],
  ['keys of type RSA cannot be judged', one.privateText, one.publicText, 'unreadable'],
]

for (const [title, privateText, publicText, match] of gpgCases) {
  t.equal(matchPair('GPG', secretValue(privateText), secretValue(publicText)), match, `GPG: ${title}`)
}
