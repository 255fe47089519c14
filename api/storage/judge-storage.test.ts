import t from 'tap'
import { linesOf } from '../diagnostic.ts'
import type { DynamicSecret } from '../declaration/declaration.ts'
import { entropyOf, judgeStorage, warnOfWeak } from './judge-storage.ts'
import { parsePodAnnotations } from '../pod/pod-annotations.ts'
import { parseStoragePolicy } from './storage-policy.ts'

const policyOf = (...rules: readonly object[]) => {
  const { value: policy, diagnostics = [] } = parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: { rules },
  })
  if (!policy) throw new Error(diagnostics[0]?.message)
  return policy
}

/** Names of secrets and their attributes. */
const pod = (prefix: string, secrets: Readonly<Record<string, string>>) =>
  parsePodAnnotations(
    [
      ['init.bsycorp.com/storage-prefix', prefix],
      ...Object.entries(secrets).map(([name, text]): [string, string] => [
        `secret.bsycorp.com/${name}`,
        text,
      ]),
    ],
    'bsycorp.com',
  ).declared

const password = 'kind=DYNAMIC,type=PASSWORD,size=128'
const weak = 'kind=DYNAMIC,type=PASSWORD,size=80'
const reference = 'kind=REFERENCE,type=PASSWORD'

const shipped = { namespaces: ['*'], prefixes: ['/{namespace}'] }
const fixed = { namespaces: ['*'], prefixes: ['/shared'] }
const notBelow = (prefixes: string) =>
  `the parameter is not below a prefix that the StoragePolicy allows: ${prefixes}`
const unjudged = 'cannot check the prefixes of the StoragePolicy: the namespace is unknown'

type Case = {
  readonly title: string
  readonly rules: readonly object[]
  readonly namespace?: string
  readonly prefix?: string
  readonly secrets: Readonly<Record<string, string>>
  readonly said?: readonly string[]
}

const cases: readonly Case[] = [
  { title: 'below its namespace', rules: [shipped], namespace: 'ns', prefix: 'ns', secrets: { a: password } },
  {
    title: 'beside its namespace',
    rules: [shipped],
    namespace: 'ns',
    prefix: 'nsx',
    secrets: { a: password },
    said: [`error a: ${notBelow('/ns')}`],
  },
  {
    title: 'the worked example as it stands',
    rules: [shipped],
    namespace: 'ns',
    secrets: { k_public: 'kind=DYNAMIC,type=RSA,size=2048', b: reference },
    said: [`error k_public: ${notBelow('/ns')}`],
  },
  { title: 'what is only read is not judged', rules: [], namespace: 'ns', secrets: { a: reference } },
  {
    title: 'no rule for the namespace',
    rules: [{ ...shipped, namespaces: ['other'] }],
    namespace: 'ns',
    prefix: 'ns',
    secrets: { a: password, b: password },
    said: ['a', 'b'].map((name) => `error ${name}: no rule of the StoragePolicy matches the namespace ns`),
  },
  {
    title: 'too little entropy, and exactly enough',
    rules: [{ ...shipped, minBits: 95 }],
    namespace: 'ns',
    prefix: 'ns',
    secrets: { a: weak, b: password },
    said: ['error a: type PASSWORD and size 80 give 59 bits, but the StoragePolicy requires 95'],
  },
  {
    title: 'more declarations than are allowed, of which those that are only read do not count',
    rules: [{ ...shipped, maxPerPod: 2 }],
    namespace: 'ns',
    prefix: 'ns',
    secrets: { a: password, b: reference, c: password, d: password, e: password },
    said: ['error d: the pod has 4 DYNAMIC declarations, but the StoragePolicy allows 2'],
  },
  {
    title: 'without a namespace, the prefixes of a rule with it are not checked, the rest is',
    rules: [shipped],
    prefix: 'ns',
    secrets: { a: weak },
    said: [
      `warning a: ${unjudged}`,
      'error a: type PASSWORD and size 80 give 59 bits, but the StoragePolicy requires 64',
    ],
  },
  {
    title: 'without a namespace, prefixes without it are judged',
    rules: [fixed],
    prefix: 'other',
    secrets: { a: password },
    said: [`error a: ${notBelow('/shared')}`],
  },
  {
    title: 'without a namespace, what is below a prefix without it is allowed',
    rules: [{ ...shipped, prefixes: ['/{namespace}', '/shared'] }],
    prefix: 'shared',
    secrets: { a: password },
  },
  {
    title: 'without a namespace, rules that choose by it are not judged',
    rules: [{ ...fixed, namespaces: ['a'] }, fixed],
    prefix: 'other',
    secrets: { a: password },
    said: [`warning a: ${unjudged}`],
  },
]

for (const { title, rules, namespace, prefix = '/', secrets, said = [] } of cases) {
  const diagnostics = judgeStorage(policyOf(...rules), namespace, pod(prefix, secrets))
  t.strictSame(
    diagnostics.map(
      (one) => `${one.severity} ${one.annotation.replace(/.*\//, '')}: ${linesOf(one).join(', ')}`,
    ),
    said,
    title,
  )
}

const strengths: readonly (readonly [DynamicSecret['type'], size: number, bits: number])[] = [
  ['RSA', 2048, 112],
  ['RSA', 3072, 128],
  ['RSA', 4096, 128],
  ['GPG', 2048, 112],
  ['GPG', 4096, 128],
  ['RANDOM', 128, 128],
  ['PASSWORD', 128, 95],
  ['PASSWORD', 8, 5],
]
for (const [type, size, bits] of strengths) {
  t.equal(
    entropyOf({ what: 'secret', kind: 'DYNAMIC', name: 'a', type, size }),
    bits,
    `${type} ${size}: ${bits} bits`,
  )
}

await t.test('without a policy, a value that is easily guessed is a warning', async (t) => {
  const sizes: readonly (readonly [attributes: string, ...said: string[]])[] = [
    [
      'type=PASSWORD,size=16',
      'type PASSWORD and size 16 give 11 bits, which can be guessed, hint: set size to 88 or more',
    ],
    [
      'type=PASSWORD,size=80',
      'type PASSWORD and size 80 give 59 bits, which can be guessed, hint: set size to 88 or more',
    ],
    ['type=PASSWORD,size=88'],
    [
      'type=RANDOM,size=56',
      'type RANDOM and size 56 give 56 bits, which can be guessed, hint: set size to 64 or more',
    ],
    ['type=RANDOM,size=64'],
  ]
  for (const [attributes, ...said] of sizes) {
    const found = warnOfWeak(pod('', { a: `kind=DYNAMIC,${attributes}`, b: 'kind=REFERENCE,type=PASSWORD' }))
    t.strictSame(
      found.map(
        ({ severity, code, annotation, ...one }) =>
          `${severity} ${code} ${annotation}: ${linesOf(one).join(', ')}`,
      ),
      said.map((one) => `warning WEAK secret.bsycorp.com/a: ${one}`),
      attributes,
    )
  }
})
