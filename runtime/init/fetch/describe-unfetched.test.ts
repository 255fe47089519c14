import t from 'tap'
import { decodeInitEnv } from '../../../api/settings/init-env.ts'
import { parsePodAnnotations } from '../../../api/pod/pod-annotations.ts'
import type { Failure } from '../../failure.ts'
import type { SecretRef } from '../../store/parameter-store.ts'
import { describeUnfetched } from './describe-unfetched.ts'
import { peer } from '../../fixtures.ts'

const { settings } = { settings: undefined, ...decodeInitEnv({ WAIT_TIMEOUT: '90s' }) }

function described(annotation: string, value: string, failure: Failure, selector?: string, shared = false) {
  const [declared] = parsePodAnnotations([[annotation, value]], 'bsycorp.com').declared
  if (declared === undefined || settings === undefined) return undefined
  const ref = { name: declared.parameter, ...(selector === undefined ? {} : { selector }) }
  return describeUnfetched(declared, { ref, failure, shared }, settings)
}

const dynamic = ['secret.bsycorp.com/token', 'kind=DYNAMIC,type=RANDOM,size=128'] as const
const reference = ['secret.bsycorp.com/db.password', 'kind=REFERENCE,type=PASSWORD'] as const
const resource = ['resource.bsycorp.com/endpoint', 'version=3'] as const
const denied: Failure = {
  code: 'ACCESS_DENIED',
  message: 'denied',
  deniedBy: 'IAM',
  role: 'app',
  detail: 'arn:aws:x',
  ...peer,
}
const missing: Failure = { code: 'MISSING', message: 'does not exist' }

t.strictSame(
  described(...dynamic, missing),
  {
    exit: 3,
    message:
      'annotation secret.bsycorp.com/token: parameter /token does not exist, and the creator did not create it within 90s',
    hint: "see the pod's events and the creator's log, or run kees create",
    brief: {
      cause: 'not created by the creator within 90s (see its log, or run kees create)',
      what: '/token',
    },
    failure: missing,
    fields: { annotation: 'secret.bsycorp.com/token', parameter: '/token', code: 'MISSING' },
  },
  'a DYNAMIC one that is missing leads to the creator',
)
t.match(
  described(...reference, missing),
  {
    exit: 3,
    message: /^annotation secret\.bsycorp\.com\/db\.password: parameter \/db\.password does not exist$/,
    hint: 'store it with kees put /db.password',
  },
  'a REFERENCE that is missing leads to kees put',
)
t.match(
  described(...resource, missing, '3'),
  {
    exit: 3,
    message: /: parameter \/endpoint:3 does not exist$/,
    hint: 'store it, or correct the version or label in the annotation',
  },
  'a version that is missing may be a mistake in the annotation',
)
t.strictSame(
  described(...reference, denied),
  {
    exit: 4,
    message: 'annotation secret.bsycorp.com/db.password: access is denied to parameter /db.password',
    hint: 'give role app ssm:GetParameters on it, as in the policy that kees export writes; if the pod should have another role, check its ServiceAccount',
    brief: { cause: 'role app needs ssm:GetParameters on', what: '/db.password' },
    failure: denied,
    fields: {
      annotation: 'secret.bsycorp.com/db.password',
      parameter: '/db.password',
      code: 'ACCESS_DENIED',
      deniedBy: 'IAM',
      role: 'app',
      detail: 'arn:aws:x',
      ...peer,
    },
  },
  'what is denied leads to the policy of the role in use',
)
t.match(
  described(
    ...reference,
    { code: 'ACCESS_DENIED', message: 'denied', deniedBy: 'IAM', ...peer },
    undefined,
    true,
  ),
  { message: /parameter \/db\.password, or to another of the same call$/, hint: /^give the pod's role ssm:/ },
  'what is not narrowed down says so, and a role that is not known is not named',
)
t.match(
  described(...reference, {
    code: 'ACCESS_DENIED',
    message: 'denied',
    deniedBy: 'KMS',
    role: 'app',
    ...peer,
  }),
  {
    exit: 4,
    message: /parameter \/db\.password may be read but not decrypted$/,
    hint: /^give role app kms:Decrypt on the key/,
    brief: { cause: 'role app needs kms:Decrypt on the keys of' },
  },
  'what KMS denies leads to the key',
)
t.match(
  described(...reference, {
    code: 'ACCESS_DENIED',
    message: 'denied',
    deniedBy: 'SCP',
    hint: 'ask the administrators',
    role: 'app',
    ...peer,
  }),
  {
    exit: 4,
    message: /access is denied to parameter \/db\.password$/,
    hint: 'ask the administrators',
    brief: { cause: 'access is denied (ask the administrators)' },
    fields: { deniedBy: 'SCP' },
  },
  'what no grant to the role can mend does not lead to one',
)
t.match(
  described(...reference, {
    code: 'REFUSED',
    message: 'the KMS key cannot be used',
    hint: 'enable the key',
    ...peer,
  }),
  { exit: 4, message: /the KMS key cannot be used$/, hint: 'enable the key' },
  'a failure that has a hint keeps it',
)
t.match(
  described(...reference, {
    code: 'CREDENTIALS_REFUSED',
    message: 'AssumeRoleWithWebIdentity: the credentials are not accepted (AccessDenied)',
    role: 'app',
    ...peer,
  }),
  {
    exit: 4,
    message: /\(AccessDenied\)$/,
    hint: /^check that role app exists and trusts/,
    fields: { role: 'app' },
  },
  'a role that may not be assumed leads to whom it trusts',
)
t.match(
  described(...reference, {
    code: 'CREDENTIALS_MISSING',
    message: 'no AWS credentials: the instance metadata service returned none',
  }),
  {
    exit: 4,
    message: /parameter \/db\.password: no AWS credentials: the instance metadata service returned none$/,
    hint: 'give the pod a role',
  },
  'no credentials lead to a role',
)
t.match(
  described(...reference, { code: 'UNREACHABLE', message: 'the store was not reached', ...peer }),
  { exit: 5, message: /: parameter \/db\.password: the store was not reached$/ },
  'anything else speaks for itself',
)

const secretRef = { from: 'secretsmanager', name: 'rds!db' } as const
const ofSecret = (failure: Failure, which: Pick<SecretRef, 'label' | 'version'> = {}) => {
  const [declared] = parsePodAnnotations([[...reference]], 'bsycorp.com').declared
  if (declared === undefined || settings === undefined) return undefined
  return describeUnfetched(declared, { ref: { ...secretRef, ...which }, failure, shared: false }, settings)
}
t.match(
  ofSecret(missing),
  {
    exit: 3,
    message: /: secret rds!db does not exist$/,
    hint: 'create it in the account and region of the pod, or correct the storageKey in the annotation',
    brief: { what: 'secretsmanager:rds!db' },
  },
  'a secret that is missing is not one for kees put',
)
t.match(
  ofSecret(missing, { label: 'AWSPENDING' }),
  {
    message: /: secret rds!db with label AWSPENDING does not exist$/,
    hint: /version or label in the annotation$/,
  },
  'a label that is missing may be a mistake in the annotation',
)
t.match(ofSecret(missing, { version: '1-2' }), { message: /: version 1-2 of secret rds!db does not exist$/ })
t.match(
  ofSecret(denied),
  {
    exit: 4,
    message: /: secret rds!db is missing or not granted$/,
    hint: /give role app secretsmanager:GetSecretValue on it, as in the policy/,
    brief: { cause: 'missing, or role app needs secretsmanager:GetSecretValue on' },
  },
  'AWS denies a secret that does not exist',
)
t.match(
  ofSecret({ ...denied, hint: 'remove that statement' }),
  { message: /: access is denied to secret rds!db$/, hint: 'remove that statement' },
  'an explicit deny is one',
)
