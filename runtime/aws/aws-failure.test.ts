import { inspect } from 'node:util'
import t from 'tap'
import { awsFailure } from './aws-failure.ts'
import { failed, failureOf } from '../failure.ts'
import { transportError } from '../http/transport-error.ts'

const host = 'ssm.example'

/** An error as the SDK makes it of an answer. */
function service(name: string, status: number, message = 'said so'): Error {
  return Object.assign(new Error(message), {
    name,
    $fault: status < 500 ? 'client' : 'server',
    $metadata: { httpStatusCode: status },
  })
}

function node(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code })
}

const codes: readonly (readonly [error: Error, code: string])[] = [
  [service('AccessDeniedException', 400), 'ACCESS_DENIED'],
  [service('AccessDenied', 403), 'ACCESS_DENIED'],
  [service('ExpiredTokenException', 400), 'CREDENTIALS_REFUSED'],
  [service('UnrecognizedClientException', 400), 'CREDENTIALS_REFUSED'],
  [service('InvalidSignatureException', 400), 'CREDENTIALS_REFUSED'],
  [service('ThrottlingException', 400), 'THROTTLED'],
  [service('TooManyUpdates', 400), 'THROTTLED'],
  [service('Unheard', 429), 'THROTTLED'],
  [service('ValidationException', 400), 'INVALID_NAME'],
  [service('HierarchyLevelLimitExceededException', 400), 'INVALID_NAME'],
  [service('ParameterLimitExceeded', 400), 'REFUSED'],
  [service('InvalidKeyId', 400), 'REFUSED'],
  [service('toString', 400), 'REFUSED'],
  [service('InternalServerError', 500), 'UNREACHABLE'],
  [service('ServiceUnavailable', 503), 'UNREACHABLE'],
  [Object.assign(new Error('slow'), { name: 'TimeoutError' }), 'UNREACHABLE'],
  [Object.assign(new Error('stopped'), { name: 'AbortError' }), 'UNREACHABLE'],
  [node('ECONNREFUSED'), 'UNREACHABLE'],
  [node('ENOTFOUND'), 'UNREACHABLE'],
  [node('DEPTH_ZERO_SELF_SIGNED_CERT'), 'UNREACHABLE'],
  [Object.assign(new Error('none'), { name: 'CredentialsProviderError' }), 'CREDENTIALS_MISSING'],
  [new Error('Region is missing'), 'REGION_MISSING'],
  [new Error('Region not accepted: region="" is not a valid hostname component.'), 'REGION_MISSING'],
  [Object.assign(new SyntaxError('bad'), { $metadata: { httpStatusCode: 200 } }), 'BAD_ANSWER'],
  [Object.assign(new TypeError('bad'), { $response: {} }), 'BAD_ANSWER'],
]

for (const [error, code] of codes) {
  const status = 'code' in error ? ` ${String(error.code)}` : ''
  t.equal(
    failureOf(awsFailure(error, 'GetParameters', { host }))?.code,
    code,
    `${error.name}${status} is ${code}`,
  )
}

const bugs: readonly (readonly [title: string, error: unknown])[] = [
  ['a bug of kees', new TypeError('x is undefined')],
  ["an error of Node's own", Object.assign(new TypeError('bad'), { code: 'ERR_INVALID_ARG_TYPE' })],
  ['what is no error', 'ECONNREFUSED'],
]
for (const [title, error] of bugs)
  t.equal(awsFailure(error, 'PutParameter', { host }), error, `${title} stays what it is`)

const ours = failed({ code: 'CREDENTIALS_MISSING', message: 'no AWS credentials' })
t.equal(awsFailure(ours, 'GetParameters', { host }), ours, 'a Failure is returned unchanged')

const denied = 'User: arn:aws:sts::1:assumed-role/app is not authorized to perform: ssm:GetParameters'
t.strictSame(
  failureOf(awsFailure(service('AccessDeniedException', 400, denied), 'GetParameters', { host })),
  {
    code: 'ACCESS_DENIED',
    message: 'GetParameters: access is denied (AccessDeniedException)',
    detail: denied,
    deniedBy: 'IAM',
    role: 'app',
    service: 'SSM',
    host,
  },
  "AWS's message becomes the detail, and the role is taken from it",
)

for (const [operation, name, words] of [
  [
    'PutParameter',
    'ParameterLimitExceeded',
    'You have reached the maximum number of parameters for this AWS account.',
  ],
  [
    'PutParameter',
    'HierarchyTypeMismatchException',
    'Parameter Store does not support changing a parameter type.',
  ],
  ['PutParameter', 'ParameterMaxVersionLimitExceeded', 'Version 1, the oldest version, has a label.'],
  ['PutParameter', 'Unheard', 'Not yet known to kees.'],
  ['AssumeRoleWithWebIdentity', 'RegionDisabledException', 'STS is not activated in this region.'],
  ['AssumeRoleWithWebIdentity', 'ValidationError', 'RoleSessionName is too long.'],
] as const) {
  t.match(
    failureOf(awsFailure(service(name, 400, words), operation, { host, secret: 'fakepassword' })),
    { code: 'REFUSED', detail: words },
    `${operation}, ${name}: the detail has the words of the service`,
  )
}

for (const [operation, name, hint] of [
  ['GetParameters', 'InvalidKeyId', /^enable the KMS key/],
  ['PutParameter', 'InvalidKeyId', /set KMS_KEY_ID to another key$/],
  ['PutParameter', 'ParameterLimitExceeded', /advanced parameters/],
  ['PutParameter', 'ValidationException', /must not contain \{\{/],
  ['GetParameters', 'ValidationException', undefined],
  ['AssumeRoleWithWebIdentity', 'RegionDisabledException', /activate STS/],
  ['GetParameters', 'toString', undefined],
] as const) {
  const failure = failureOf(awsFailure(service(name, 400), operation, { host }))
  if (hint) t.match(failure?.hint, hint, `${operation}, ${name}`)
  else t.equal(failure?.hint, undefined, `${operation}, ${name}`)
}

for (const [title, words, message] of [
  [
    'no grant, or no such secret',
    'User: x is not authorized to perform: secretsmanager:GetSecretValue on resource: db because no identity-based policy allows the secretsmanager:GetSecretValue action',
    /the secret is missing or not granted/,
  ],
  [
    'an explicit deny',
    'User: x is not authorized to perform: secretsmanager:GetSecretValue on resource: db with an explicit deny in an identity-based policy',
    /access is denied/,
  ],
  ['the key', 'Access to KMS is not allowed', /access is denied/],
] as const) {
  const failure = failureOf(
    awsFailure(service('AccessDeniedException', 400, words), 'GetSecretValue', { host }),
  )
  t.match(failure, { code: 'ACCESS_DENIED', message, service: 'Secrets Manager' }, title)
}
t.match(failureOf(awsFailure(service('ResourceNotFoundException', 400), 'GetSecretValue', { host })), {
  code: 'MISSING',
  message: 'GetSecretValue: it does not exist (ResourceNotFoundException)',
})

for (const [name, words] of [
  ['InvalidKeyId', 'arn:aws:kms:eu-west-1:111122223333:key/1 is disabled.'],
  ['Unheard', 'key/1 is pending deletion. (Service: AWSKMS; Error Code: KMSInvalidStateException)'],
] as const) {
  t.match(
    failureOf(awsFailure(service(name, 400, words), 'GetParameters', { host })),
    { code: 'REFUSED', deniedBy: 'KMS', detail: words, message: /the KMS key cannot be used/ },
    `a key that cannot be used: ${name}`,
  )
}

for (const [name, words, hint] of [
  ['InvalidIdentityToken', 'No OpenIDConnect provider found in your account for x', /^create the IAM OIDC/],
  ['InvalidIdentityToken', 'Incorrect token audience', /must be sts\.amazonaws\.com/],
  ['ExpiredTokenException', 'Token expired: current date/time 1 must be before 0', /without subPath$/],
  ['AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', undefined],
] as const) {
  const failure = failureOf(awsFailure(service(name, 400, words), 'AssumeRoleWithWebIdentity', { host }))
  t.equal(failure?.code, 'CREDENTIALS_REFUSED')
  if (hint) t.match(failure?.hint, hint, words)
  else t.equal(failure?.hint, undefined, words)
  t.equal(failureOf(awsFailure(service(name, 400, words), 'GetParameters', { host }))?.hint, undefined)
}

for (const [name, words, hint] of [
  [
    'CredentialsProviderError',
    'The SSO session associated with this profile has expired.',
    'run aws sso login',
  ],
  ['TokenProviderError', 'Token is expired. To refresh this SSO session run ...', 'run aws sso login'],
  ['CredentialsProviderError', 'Command failed: echo fakesecret', /^check AWS_PROFILE/],
] as const) {
  const failure = failureOf(awsFailure(Object.assign(new Error(words), { name }), 'GetParameters', { host }))
  t.match(failure, { code: 'CREDENTIALS_MISSING', hint }, words)
  t.notMatch(JSON.stringify(failure), 'fakesecret', 'the command may contain a secret')
}

for (const [code, hint] of [
  ['DEPTH_ZERO_SELF_SIGNED_CERT', /^set AWS_CA_BUNDLE/],
  ['SELF_SIGNED_CERT_IN_CHAIN', /^set AWS_CA_BUNDLE/],
  ['UNABLE_TO_GET_ISSUER_CERT', /^set AWS_CA_BUNDLE/],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /^set AWS_CA_BUNDLE/],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /^set AWS_CA_BUNDLE/],
  ['CERT_SIGNATURE_FAILURE', /^set AWS_CA_BUNDLE/],
  ['CERT_UNTRUSTED', /^set AWS_CA_BUNDLE/],
  ['INVALID_CA', /^set AWS_CA_BUNDLE/],
  ['CERT_HAS_EXPIRED', /^renew the certificate/],
  ['CERT_NOT_YET_VALID', /^renew the certificate/],
] as const) {
  const words =
    'self-signed certificate; if the root CA is installed locally, try running Node.js with --use-system-ca'
  const error = Object.assign(new Error(words), { code })
  for (const operation of ['GetParameters', 'PutParameter', 'AssumeRoleWithWebIdentity'] as const) {
    t.match(
      failureOf(awsFailure(transportError(error, host), operation, { host })),
      { code: 'UNREACHABLE', hint, detail: /^self-signed certificate$/ },
      `${operation}: ${code}`,
    )
  }
}

const wordsOfKms = [
  'User: arn:aws:sts::1:assumed-role/app/x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:x',
  'Access denied (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException)',
  'The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.',
]
for (const words of wordsOfKms) {
  t.match(
    failureOf(awsFailure(service('AccessDeniedException', 400, words), 'GetParameters', { host })),
    { code: 'ACCESS_DENIED', deniedBy: 'KMS' },
    `from KMS: ${words.slice(0, 40)}`,
  )
}

t.strictSame(
  failureOf(
    awsFailure(service('AccessDenied', 403, 'no'), 'AssumeRoleWithWebIdentity', {
      role: 'app',
      host: 'sts',
    }),
  ),
  {
    code: 'CREDENTIALS_REFUSED',
    message: 'AssumeRoleWithWebIdentity: the credentials are not accepted (AccessDenied)',
    detail: 'no',
    role: 'app',
    service: 'STS',
    host: 'sts',
  },
  'a role that cannot be assumed is CREDENTIALS_REFUSED, and the role is taken from the request',
)

const leaks: readonly (readonly [
  title: string,
  error: Error,
  operation: 'GetParameters' | 'PutParameter',
])[] = [
  [
    'a JSON error',
    Object.assign(new SyntaxError('"fakepassword" is not JSON'), { $response: {} }),
    'GetParameters',
  ],
  ['a refused value', service('ValidationException', 400, "Value 'fakepassword' at 'value'"), 'PutParameter'],
  ['a server error', service('InternalServerError', 500, 'fakepassword'), 'PutParameter'],
  ['an error that is not known', service('Unheard', 400, "Value 'fakepassword'"), 'PutParameter'],
  [
    'a body kept by the SDK',
    Object.assign(service('Unheard', 400), { $response: { body: 'fakepassword' }, Value: 'fakepassword' }),
    'GetParameters',
  ],
]
for (const [title, error, operation] of leaks) {
  t.notMatch(
    inspect(awsFailure(error, operation, { host, secret: 'fakepassword' }), { depth: 9, showHidden: true }),
    'fakepassword',
    `${title} shows no value`,
  )
}
