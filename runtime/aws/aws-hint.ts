/** The hints for errors of AWS, by their names, in the words of AWS's documentation. */
import type { AwsOperation } from './aws-operation.ts'

export const ofDeletedSecret = 'restore it with aws secretsmanager restore-secret, or remove the declaration'

const otherKey = 'enable the KMS key or cancel its deletion, or store the value again with another key'

const hints: Readonly<Record<string, string>> = {
  InvalidKeyId: otherKey,
  DecryptionFailure: otherKey,
  HierarchyTypeMismatchException:
    'the type of a parameter cannot change: delete it and store it again, as a SecureString',
  ParameterLimitExceeded: 'the account has no parameters left: delete some, or allow advanced parameters',
  ParameterMaxVersionLimitExceeded:
    'the oldest of its 100 versions has a label: move the label to another version',
  ParameterPatternMismatchException: 'the parameter has an AllowedPattern, which the value does not match',
  RegionDisabledException: 'activate STS for the region in the IAM console, or set AWS_ENDPOINT_URL_STS',
  OptInRequired: 'enable the region for the account',
}

/** Why STS does not accept a token, by its message. */
const ofIdentity: readonly (readonly [words: RegExp, hint: string])[] = [
  [/OpenIDConnect provider/, 'create the IAM OIDC provider of the cluster in the account of the role'],
  [/audience/, 'the audience of the token must be sts.amazonaws.com, and one of the IAM OIDC provider'],
  [/expired/i, 'the token has expired: the kubelet renews it in a projected volume, mounted without subPath'],
]

/** Of the SDK, on laptops. Its own message is not shown: it may quote what a credential_process printed. */
const ofProfile: ReadonlySet<string> = new Set(['CredentialsProviderError', 'TokenProviderError'])

/** @param words the message of AWS or of the SDK. */
export function awsHint(name: string, operation: AwsOperation, words: string): string | undefined {
  if (operation === 'AssumeRoleWithWebIdentity') {
    const [, hint] = ofIdentity.find(([pattern]) => pattern.test(words)) ?? []
    if (hint !== undefined) return hint
  }
  if (ofProfile.has(name)) {
    return /\bSSO\b|Token is expired/i.test(words)
      ? 'run aws sso login'
      : 'check AWS_PROFILE; aws sts get-caller-identity with the same environment shows what is wrong'
  }
  if (operation === 'PutParameter' && name === 'ValidationException') {
    return 'a value must not contain {{ and }}, and has at most 4 KB, or 8 KB in the advanced tier'
  }
  if (operation === 'PutParameter' && name === 'InvalidKeyId') {
    return 'enable the KMS key or cancel its deletion, or set KMS_KEY_ID to another key'
  }
  if (name === 'InvalidRequestException' && /\bdelet(ed|ion)\b/.test(words)) {
    return `the secret is marked for deletion: ${ofDeletedSecret}`
  }
  return Object.hasOwn(hints, name) ? hints[name] : undefined
}

export const regionHint = 'set AWS_REGION'

/** What to do about a token file that cannot be read. @param code of the system error. */
export function tokenFileHint(code: string): { readonly hint?: string } {
  if (code === 'EACCES')
    return {
      hint: 'set fsGroup in the security context of the pod, so that the user of the container can read it',
    }
  return code === 'ENOENT' ? { hint: 'mount the projected volume of the token in this container too' } : {}
}

/** Of a server whose certificate the authorities that are trusted did not issue. https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const ofAuthority: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
])

const ofValidity: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])

/** @param code of an error of TLS. */
export function certificateHint(code: string): string | undefined {
  if (ofAuthority.has(code))
    return 'set AWS_CA_BUNDLE to a file with the certificate of the authority; restart the pod if NODE_EXTRA_CA_CERTS has changed'
  return ofValidity.has(code)
    ? 'renew the certificate of the server or of its authority, and check the clock of the node'
    : undefined
}
