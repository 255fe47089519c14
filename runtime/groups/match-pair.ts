import { createPublicKey } from 'node:crypto'
import type { KeyType } from '../../api/declaration/secret-type.ts'
import { decodeOpenPgpKey, rsaPublicBodyOf } from '../values/openpgp-key.ts'
import { decodePrivateKey, decodePublicKey, encodePublicKey } from '../values/rsa-key.ts'
import type { SecretValue } from '../secret-value.ts'

/**
 * Whether two stored values are the two parts of one key pair. `unreadable`: neither is a key as kees stores it, so
 * another program stored both, perhaps as placeholders, and they cannot be compared.
 */
export function matchPair(
  type: KeyType,
  privatePart: SecretValue,
  publicPart: SecretValue,
): 'match' | 'mismatch' | 'unreadable' {
  const numbersOf = publicNumbers[type]
  const one = numbersOf('private', privatePart.reveal())
  const other = numbersOf('public', publicPart.reveal())
  if (one === undefined && other === undefined) return 'unreadable'
  return one === other ? 'match' : 'mismatch'
}

type Part = 'private' | 'public'

/** As text, what the two parts have in common; undefined when a part is no key in the form in which it is stored. */
const publicNumbers = { RSA: rsaNumbers, GPG: openPgpNumbers } satisfies Record<
  KeyType,
  (part: Part, text: string) => string | undefined
>

function rsaNumbers(part: Part, text: string): string | undefined {
  const key = part === 'private' ? decodePrivateKey(text) : decodePublicKey(text)
  return key && encodePublicKey(key.type === 'private' ? createPublicKey(key) : key)
}

function openPgpNumbers(part: Part, text: string): string | undefined {
  const key = decodeOpenPgpKey(text)
  return key?.kind === part ? rsaPublicBodyOf(key)?.toString('base64') : undefined
}
