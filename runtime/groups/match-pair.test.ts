import type { KeyPairKeyObjectResult } from 'node:crypto'
import t from 'tap'
import { matchPair } from './match-pair.ts'
import { otherRsaPair, rsaPair } from '../values/fixtures.ts'
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
  t.equal(matchPair(secretValue(privateText), secretValue(publicText)), match, title)
}
