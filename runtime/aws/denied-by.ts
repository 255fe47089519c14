/**
 * Which kind of policy denied access, as AWS words it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
import type { DeniedBy } from '../failure.ts'

type Denial = {
  readonly deniedBy: DeniedBy
  /** Where granting the action to the role is not enough. */
  readonly hint?: string
}

const kinds: readonly (readonly [words: RegExp, denial: Denial])[] = [
  [
    /service control policy/,
    {
      deniedBy: 'SCP',
      hint: 'a service control policy of the AWS organization denies the action: ask its administrators',
    },
  ],
  [
    /resource control policy/,
    {
      deniedBy: 'RCP',
      hint: 'a resource control policy of the AWS organization denies the action: ask its administrators',
    },
  ],
  [
    /permissions boundary/,
    { deniedBy: 'BOUNDARY', hint: 'allow the action in the permissions boundary of the role' },
  ],
  [
    /session policy/,
    {
      deniedBy: 'SESSION_POLICY',
      hint: 'allow the action in the session policy, such as that of the Pod Identity association',
    },
  ],
  [
    /VPC endpoint policy/,
    { deniedBy: 'ENDPOINT_POLICY', hint: 'allow the action in the policy of the VPC endpoint' },
  ],
  [
    /explicit deny in an identity-based policy/,
    { deniedBy: 'IAM', hint: 'a policy of the role denies the action explicitly: remove that statement' },
  ],
]

/** @param words the message of AWS. */
export function denialOf(words: string): Denial {
  const [, denial] = kinds.find(([pattern]) => pattern.test(words)) ?? []
  return isOfKms(words) ? { ...denial, deniedBy: 'KMS' } : (denial ?? { deniedBy: 'IAM' })
}

/** Parameter Store passes on messages of KMS, in several wordings. */
export function isOfKms(words: string): boolean {
  return /\bkms:|\bKMS\b|AWSKMS|ciphertext|customer master key/.test(words)
}
