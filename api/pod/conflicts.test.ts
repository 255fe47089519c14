import t from 'tap'
import { findConflicts } from './conflicts.ts'
import { parsePodAnnotations } from './pod-annotations.ts'

/** Names of secrets and their attributes; `prefix` is the storage-prefix. */
type Pod = Readonly<Record<string, string>>

const secrets = (pod: Pod) =>
  parsePodAnnotations(
    Object.entries(pod).map(([name, attributes]) => [
      name === 'prefix' ? 'init.bsycorp.com/storage-prefix' : `secret.bsycorp.com/${name}`,
      attributes,
    ]),
    'bsycorp.com',
  ).declared

const gpg2048 = 'kind=DYNAMIC,type=GPG,size=2048'
const rsa2048 = 'kind=DYNAMIC,type=RSA,size=2048'
const rsa4096 = 'kind=DYNAMIC,type=RSA,size=4096'
const random128 = 'kind=DYNAMIC,type=RANDOM,size=128'
const random256 = 'kind=DYNAMIC,type=RANDOM,size=256'
const password128 = 'kind=DYNAMIC,type=PASSWORD,size=128'
const reference = 'kind=REFERENCE,type=PASSWORD'

const agreeing: readonly (readonly [title: string, ...pods: Pod[]])[] = [
  ['no pods'],
  ['both parts of a key pair', { k_public: rsa2048, k_private: rsa2048 }],
  ['a verifier that declares only the public part', { k_private: rsa2048 }, { k_public: rsa2048 }],
  ['the same declaration in two pods', { db: password128 }, { db: password128 }],
  ['two names for one parameter', { a: `${password128},storageKey=db`, b: `${password128},storageKey=db` }],
  ['different parameters by prefix', { prefix: 'a', db: password128 }, { prefix: 'b', db: random128 }],
  ['DYNAMIC in one pod and REFERENCE in another', { db: password128 }, { db: reference }],
  ['REFERENCE in one pod and DYNAMIC in another', { db: reference }, { db: password128 }],
  ['REFERENCE of different types', { db: reference }, { db: 'kind=REFERENCE,type=RSA' }],
  ['REFERENCE with another size in another pod', { db: `${reference},size=8` }, { db: password128 }],
  ['RANDOM and RSA suffixes of one base', { k_public: rsa2048, k_consumer: random128 }],
  [
    'PASSWORD names with the suffixes of a pair',
    { k_public: password128, k_private: 'kind=DYNAMIC,type=PASSWORD,size=256' },
  ],
]

for (const [title, ...pods] of agreeing) {
  t.strictSame(
    findConflicts(pods.map(secrets)),
    pods.map(() => []),
    `no conflict: ${title}`,
  )
}

const disagreement = (type: string, size: number, other: string, otherType: string, otherSize: number) =>
  `type ${type} and size ${size} conflict with secret.bsycorp.com/${other}, ` +
  `which declares the same parameter with type ${otherType} and size ${otherSize}`

const sameInPod = (maker: string) =>
  `kind REFERENCE, but the same pod's secret.bsycorp.com/${maker} declares this parameter with kind DYNAMIC`

type Found = readonly (readonly [name: string, message: string])[]

const disagreeing: readonly {
  readonly title: string
  readonly pods: readonly Pod[]
  readonly found: readonly Found[]
}[] = [
  {
    title: 'two sizes of one parameter in two pods',
    pods: [{ db: password128 }, { db: 'kind=DYNAMIC,type=PASSWORD,size=256' }],
    found: [[], [['db', disagreement('PASSWORD', 256, 'db', 'PASSWORD', 128)]]],
  },
  {
    title: 'two types of one parameter in two pods',
    pods: [{ db: password128 }, { db: random128 }],
    found: [[], [['db', disagreement('RANDOM', 128, 'db', 'PASSWORD', 128)]]],
  },
  {
    title: 'two sizes of one parameter in one pod',
    pods: [{ a: `${random128},storageKey=x`, b: `${random256},storageKey=x` }],
    found: [[['b', disagreement('RANDOM', 256, 'a', 'RANDOM', 128)]]],
  },
  {
    title: 'the parts of a key pair differ in size',
    pods: [{ k_private: rsa2048, k_public: rsa4096 }],
    found: [[['k_public', disagreement('RSA', 4096, 'k_private', 'RSA', 2048)]]],
  },
  {
    title: 'the parts of a key pair differ in size between pods',
    pods: [{ k_public: rsa2048 }, { k_private: rsa4096 }],
    found: [[], [['k_private', disagreement('RSA', 4096, 'k_public', 'RSA', 2048)]]],
  },
  {
    title: 'the parts of a GPG key differ in their user ID',
    pods: [{ k_private: `${gpg2048},userId=A` }, { k_public: `${gpg2048},userId=B` }],
    found: [
      [],
      [
        [
          'k_public',
          'type GPG and its userId conflict with secret.bsycorp.com/k_private, which declares the same parameter with another userId',
        ],
      ],
    ],
  },
  {
    title: 'a GPG key and an RSA key of one name',
    pods: [{ k_private: `${gpg2048},userId=A` }, { k_private: rsa2048 }],
    found: [[], [['k_private', disagreement('RSA', 2048, 'k_private', 'GPG', 2048)]]],
  },
  {
    title: 'consumer and provider differ in size',
    pods: [{ k_consumer: random128, k_provider: random256 }],
    found: [[['k_provider', disagreement('RANDOM', 256, 'k_consumer', 'RANDOM', 128)]]],
  },
  {
    title: 'a parameter that a key pair makes without its being declared',
    pods: [{ k_private: rsa2048 }, { k_public: password128 }],
    found: [[], [['k_public', disagreement('PASSWORD', 128, 'k_private', 'RSA', 2048)]]],
  },
  {
    title: 'a key pair that would make a parameter that another declaration makes',
    pods: [{ k_public: password128 }, { k_private: rsa2048 }],
    found: [[], [['k_private', disagreement('RSA', 2048, 'k_public', 'PASSWORD', 128)]]],
  },
  {
    title: 'a prefix in one pod and the same in the storageKey of another',
    pods: [{ prefix: '/prod', db: password128 }, { x: `${random128},storageKey=prod/db` }],
    found: [[], [['x', disagreement('RANDOM', 128, 'db', 'PASSWORD', 128)]]],
  },
  {
    title: 'a third pod that agrees with the first is right',
    pods: [{ db: password128 }, { db: random128 }, { db: password128 }, { db: random256 }],
    found: [
      [],
      [['db', disagreement('RANDOM', 128, 'db', 'PASSWORD', 128)]],
      [],
      [['db', disagreement('RANDOM', 256, 'db', 'PASSWORD', 128)]],
    ],
  },
  {
    title: 'REFERENCE and DYNAMIC of one parameter in one pod',
    pods: [{ a: `${reference},storageKey=x`, b: `${password128},storageKey=x` }],
    found: [[['a', sameInPod('b')]]],
  },
  {
    title: 'the parts of a key pair differ in kind',
    pods: [{ k_private: rsa2048, k_public: 'kind=REFERENCE,type=RSA' }],
    found: [[['k_public', sameInPod('k_private')]]],
  },
  {
    title: 'one declaration disagrees with another pod and with a REFERENCE beside it',
    pods: [{ db: password128 }, { db: random128, again: `${reference},storageKey=db` }],
    found: [
      [],
      [
        ['db', disagreement('RANDOM', 128, 'db', 'PASSWORD', 128)],
        ['again', sameInPod('db')],
      ],
    ],
  },
]

for (const { title, pods, found } of disagreeing) {
  const expected = found.map((diagnostics) =>
    diagnostics.map(([name, message]) => ({
      severity: 'error',
      code: 'CONFLICT',
      annotation: `secret.bsycorp.com/${name}`,
      message,
    })),
  )
  t.strictSame(findConflicts(pods.map(secrets)), expected, `a conflict: ${title}`)
}

t.strictSame(
  findConflicts(
    [{ db: password128 }, { db: random128, x: `${random256},storageKey=db` }].map(secrets),
    (position) => ['Deployment/a', 'Deployment/b'].at(position) ?? '',
  )
    .flat()
    .map(({ message }) => message),
  [
    disagreement('RANDOM', 128, 'db', 'PASSWORD', 128).replace('with ', 'with Deployment/a '),
    disagreement('RANDOM', 256, 'db', 'PASSWORD', 128).replace('with ', 'with Deployment/a '),
  ],
  'the message names the other pod, where pods have names',
)
t.strictSame(
  findConflicts([{ k_private: rsa2048, k_public: rsa4096 }].map(secrets), () => 'Deployment/a')
    .flat()
    .map(({ message }) => message),
  [disagreement('RSA', 4096, 'k_private', 'RSA', 2048)],
  'the message does not name its own pod',
)
