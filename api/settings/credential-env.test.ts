import t from 'tap'
import { validateCredentialEnv } from './credential-env.ts'
import { linesOf } from '../diagnostic.ts'

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
  ...[
    ['a line break', 'fake\r\nx: y'],
    ['a line break', 'fake\nsecret'],
    ['white space', 'fake\tsecret'],
    ['a character that is not printable ASCII', 'fake\u200bsecret'],
  ].map(([what = '', token = '']) => {
    const found = `AWS_CONTAINER_AUTHORIZATION_TOKEN contains ${what}, hint: store it in its Secret without that`
    const env = { ...agent, AWS_CONTAINER_AUTHORIZATION_TOKEN: token }
    return [`${what} in the token of a container endpoint`, env, [found]] as const
  }),
  [
    'a token of a container endpoint with a blank, and a line break at its end, which is not sent',
    { ...agent, AWS_CONTAINER_AUTHORIZATION_TOKEN: 'Basic fakesecret\n' },
    [],
  ],
  [
    'a token that a token file replaces',
    {
      ...agent,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'fake\nsecret',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/token',
    },
    [],
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
  ...[
    'orders',
    'arn:aws:iam::1:role/app',
    '"arn:aws:iam::111122223333:role/app"',
    'arn:aws:iam::111122223333:user/app',
  ].map(
    (role) =>
      [
        `the role ${role}`,
        { ...identity, AWS_ROLE_ARN: role },
        [
          'AWS_ROLE_ARN is not the ARN of a role, hint: set all of it, with account and path: annotation eks.amazonaws.com/role-arn of the ServiceAccount',
        ],
      ] as const,
  ),
  ...['arn:aws-cn:iam::111122223333:role/app', 'arn:aws-us-gov:iam::111122223333:role/path/app'].map(
    (role) => [`the role ${role}`, { ...identity, AWS_ROLE_ARN: role }, []] as const,
  ),
  ...['x'.repeat(65), 'a/b', 'a b', 'x'].map(
    (name) =>
      [
        `the session name ${name}`,
        { ...identity, AWS_ROLE_SESSION_NAME: name },
        ['AWS_ROLE_SESSION_NAME must have 2 to 64 characters, letters, digits and _+=,.@- only'],
      ] as const,
  ),
  ['a session name', { ...identity, AWS_ROLE_SESSION_NAME: 'orders-5d9c7_+=,.@' }, []],
  ...['http://10.0.0.1/', 'http://169.254.169.254/', 'ftp://127.0.0.1/', 'x'].map(
    (uri) =>
      [
        `the container endpoint ${uri}`,
        { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri },
        [
          'AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https:// URL, or an http:// URL of loopback or of the agent of EKS Pod Identity or ECS',
        ],
      ] as const,
  ),
  [
    'a relative URI that names another host',
    { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '@10.0.0.1/' },
    ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must be a path that begins with a slash'],
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
