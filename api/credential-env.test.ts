import t from 'tap'
import { validateCredentialEnv } from './credential-env.ts'
import { linesOf } from './diagnostic.ts'

const keys = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'fakesecret/+' }
const identity = {
  AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
  AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/a/app',
}
const agent = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' }
const missing = (name: string, given: string) =>
  `${name} is missing, and ${given} is set, hint: set both or none`

const cases: readonly (readonly [
  title: string,
  env: Readonly<Record<string, string>>,
  inPod: readonly string[],
  /** Undefined: the same. */
  elsewhere?: readonly string[],
])[] = [
  ['none at all', {}, []],
  ['keys', keys, []],
  ['keys with a token', { ...keys, AWS_SESSION_TOKEN: 'IQoJb3+/==' }, []],
  ['a web identity', identity, []],
  ['a container endpoint', { ...agent, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token' }, []],
  ['variables that are empty', { AWS_ACCESS_KEY_ID: '', AWS_ROLE_ARN: '' }, []],
  ['a role beside a container endpoint', { ...agent, AWS_ROLE_ARN: identity.AWS_ROLE_ARN }, []],
  ['a role beside keys', { ...keys, AWS_ROLE_ARN: identity.AWS_ROLE_ARN }, []],
  [
    'a line break at the end',
    { ...keys, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE\n' },
    ['AWS_ACCESS_KEY_ID ends with a line break, hint: store it in its Secret without that'],
  ],
  [
    'a carriage return',
    { ...keys, AWS_SECRET_ACCESS_KEY: 'fake\rsecret' },
    ['AWS_SECRET_ACCESS_KEY contains a line break, hint: store it in its Secret without that'],
  ],
  [
    'white space',
    { ...keys, AWS_SESSION_TOKEN: 'token ' },
    ['AWS_SESSION_TOKEN ends with white space, hint: store it in its Secret without that'],
  ],
  [
    'U+200B, from a web page',
    { ...keys, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE\u200b' },
    [
      'AWS_ACCESS_KEY_ID contains a character that is not printable ASCII, hint: store it in its Secret without that',
    ],
  ],
  [
    'several at once',
    { AWS_ACCESS_KEY_ID: 'a\n', AWS_SECRET_ACCESS_KEY: '\n' },
    [
      'AWS_ACCESS_KEY_ID ends with a line break, hint: store it in its Secret without that',
      'AWS_SECRET_ACCESS_KEY contains a line break, hint: store it in its Secret without that',
    ],
  ],
  [
    'a key without its secret',
    { AWS_ACCESS_KEY_ID: 'a' },
    [missing('AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID')],
  ],
  [
    'a secret without its key',
    { AWS_SECRET_ACCESS_KEY: 'a' },
    [missing('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')],
  ],
  [
    'a token file without a role',
    { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' },
    [missing('AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE')],
  ],
  [
    'a role without a token file',
    { AWS_ROLE_ARN: identity.AWS_ROLE_ARN },
    [missing('AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN')],
    [],
  ],
  [
    'a token of a container endpoint that is not named',
    { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token' },
    [missing('AWS_CONTAINER_CREDENTIALS_FULL_URI', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE')],
    [],
  ],
]
for (const [title, env, inPod, elsewhere = inPod] of cases) {
  const messages = (isPod: boolean) => validateCredentialEnv(env, isPod).map((one) => linesOf(one).join(', '))
  t.strictSame(messages(true), inPod, `in a pod: ${title}`)
  t.strictSame(messages(false), elsewhere, `elsewhere: ${title}`)
}
