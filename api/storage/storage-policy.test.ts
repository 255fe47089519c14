import * as fc from 'fast-check'
import t from 'tap'
import { linesOf } from '../diagnostic.ts'
import { defaultBudgets, isBelow, matchesNamespace, parseStoragePolicy, ruleFor } from './storage-policy.ts'

const policyOf = (...rules: readonly unknown[]) => ({
  apiVersion: 'kees.bsycorp.com/v1alpha1',
  kind: 'StoragePolicy',
  metadata: { name: 'default' },
  spec: { rules },
})

t.strictSame(
  parseStoragePolicy(policyOf({ namespaces: ['*'], prefixes: ['/{namespace}'] })).value,
  {
    name: 'default',
    rules: [
      {
        namespaces: ['*'],
        prefixes: ['/{namespace}'],
        minBits: 64,
        maxPerPod: 50,
        maxNewPerHour: 200,
        maxClaims: 10_000,
        maxBytes: 33_554_432,
        maxKeys: 1,
        maxOwners: 500,
        maxEvents: 500,
        localMode: false,
        shared: false,
      },
    ],
  },
  'limits that a rule does not set are those of the rule that the installation brings',
)

t.strictSame(
  parseStoragePolicy(
    policyOf({
      namespaces: ['a'],
      prefixes: ['prod', '/prod/', '/'],
      minBits: 0,
      maxPerPod: 1,
      maxNewPerHour: 2,
      maxClaims: 0,
      localMode: true,
      shared: true,
    }),
  ).value?.rules,
  [
    {
      ...defaultBudgets,
      namespaces: ['a'],
      prefixes: ['/prod', '/prod', ''],
      minBits: 0,
      maxPerPod: 1,
      maxNewPerHour: 2,
      maxClaims: 0,
      localMode: true,
      shared: true,
    },
  ],
  'prefixes have one form, and 0 is a limit',
)

const good = { namespaces: ['a'], prefixes: ['/a'] }
const wrong: readonly (readonly [title: string, object: unknown, diagnostics: readonly string[]])[] = [
  ['no object', null, ['it is not an object of apiVersion kees.bsycorp.com/v1alpha1, kind StoragePolicy']],
  [
    'another kind',
    { ...policyOf(good), kind: 'Policy' },
    ['it is not an object of apiVersion kees.bsycorp.com/v1alpha1, kind StoragePolicy'],
  ],
  ['no rules', { ...policyOf(), spec: {} }, ['spec.rules must be a list of rules']],
  [
    'fields of another name',
    { ...policyOf({ ...good, prefix: '/a' }), specs: 1 },
    [
      '"specs" is not known: known are apiVersion, kind, metadata, spec, hint: did you mean "spec"?',
      'spec.rules[0]."prefix" is not known: known are namespaces, prefixes, minBits, maxPerPod, maxNewPerHour, maxClaims, maxBytes, maxKeys, maxOwners, maxEvents, localMode, shared',
    ],
  ],
  [
    'every field of a rule',
    policyOf(good, {
      namespaces: [],
      prefixes: ['/aws', 1, '/a//b', ''],
      minBits: -1,
      maxPerPod: '5',
      maxNewPerHour: 0.5,
      maxKeys: 0,
      localMode: 1,
      shared: 'true',
    }),
    [
      'spec.rules[1].namespaces must be a non-empty list of strings',
      'spec.rules[1].prefixes[0] is "/aws": it must not begin with aws or ssm: SSM rejects such names; {namespace} is replaced by the namespace',
      'spec.rules[1].prefixes[1] must be a string',
      'spec.rules[1].prefixes[2] is "/a//b": it is not a hierarchy of parameter names: segment 2 is empty; {namespace} is replaced by the namespace',
      'spec.rules[1].prefixes[3] is empty, hint: write "/" for everything',
      'spec.rules[1].minBits must be a whole number, 0 or more',
      'spec.rules[1].maxPerPod must be a whole number, 0 or more',
      'spec.rules[1].maxNewPerHour must be a whole number, 0 or more',
      'spec.rules[1].maxKeys must be a whole number, 1 or more',
      'spec.rules[1].localMode must be true or false',
      'spec.rules[1].shared must be true or false',
    ],
  ],
  [
    'namespaces that are none',
    policyOf({ ...good, namespaces: ['A', 'a.b', '', 'a'.repeat(64)] }),
    ['A', 'a.b', '', `${'a'.repeat(40)}…`].map(
      (text, index) =>
        `spec.rules[0].namespaces[${index}] is "${text}": allowed are names of namespaces, in which * matches any characters`,
    ),
  ],
  [
    'a rule that is no map',
    policyOf('x'),
    [
      'spec.rules[0] must be a map',
      'spec.rules[0].namespaces must be a non-empty list of strings',
      'spec.rules[0].prefixes must be a non-empty list of strings',
    ],
  ],
]
for (const [title, object, diagnostics] of wrong) {
  const found = parseStoragePolicy(object).diagnostics?.map((one) => linesOf(one).join(', '))
  t.strictSame(found, diagnostics, `refused: ${title}`)
}

t.test('anything is a policy or a list of Diagnostics', async () => {
  fc.assert(
    fc.property(fc.anything(), fc.array(fc.anything(), { maxLength: 3 }), (object, rules) => {
      for (const one of [object, policyOf(...rules), { ...policyOf(), spec: object }]) {
        const { value: policy, diagnostics } = parseStoragePolicy(one)
        if ((policy === undefined) === (diagnostics === undefined || diagnostics.length === 0)) return false
      }
      return true
    }),
  )
})

t.test('the first rule that matches the namespace is taken', async (t) => {
  const { value: policy } = parseStoragePolicy(
    policyOf(
      { namespaces: ['prod', 'team-*'], prefixes: ['/one'] },
      { namespaces: ['*-b'], prefixes: ['/two'] },
      { namespaces: ['team-x', 'dev'], prefixes: ['/three'] },
    ),
  )
  const prefixOf = (namespace: string) => policy && ruleFor(policy, namespace)?.prefixes[0]
  t.strictSame(['prod', 'team-x', 'a-b', 'dev', 'team', 'production'].map(prefixOf), [
    '/one',
    '/one',
    '/two',
    '/three',
    undefined,
    undefined,
  ])
})

const matches: readonly (readonly [pattern: string, namespace: string, matches: boolean])[] = [
  ['a*c', 'abbc', true],
  ['a*c', 'ac', true],
  ['a*c', 'abcd', false],
  ['a*c', 'bac', false],
  ['ab*ba', 'aba', false],
  ['*b*b*', 'abab', true],
  ['*b*b*', 'aba', false],
  ['**', 'a', true],
]
for (const [pattern, namespace, is] of matches) {
  t.equal(
    matchesNamespace(pattern, namespace),
    is,
    `${pattern} ${is ? 'matches' : 'does not match'} ${namespace}`,
  )
}
t.notOk(matchesNamespace('*a'.repeat(20) + 'b', 'a'.repeat(63)), 'many stars take no time')

t.test('a pattern matches as the regular expression that CEL is given', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
  fc.assert(
    fc.property(
      text,
      text.map((one) => one.replaceAll('*', 'c')),
      (pattern, namespace) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*')}$`)
        return matchesNamespace(pattern, namespace) === expression.test(namespace)
      },
    ),
  )
})

const below: readonly (readonly [parameter: string, prefix: string, is: boolean])[] = [
  ['/ns/a', '/{namespace}', true],
  ['/ns/a/b', '/{namespace}', true],
  ['/nsx/a', '/{namespace}', false],
  ['/ns', '/{namespace}', false],
  ['/a', '', true],
  ['/team/ns/a', '/team/{namespace}', true],
  ['/team/other/a', '/team/{namespace}', false],
]
for (const [parameter, prefix, is] of below) {
  t.equal(isBelow(parameter, prefix, 'ns'), is, `${parameter} is ${is ? '' : 'not '}below "${prefix}"`)
}

t.test('a StoragePolicy of any size costs little: it is refused before its rules are read', async (t) => {
  const { diagnostics } = parseStoragePolicy(
    policyOf({ namespaces: ['a'], prefixes: Array(5000).fill('/a') }),
  )
  t.match(diagnostics, [{ message: 'spec.rules must have at most 4096 namespaces and prefixes in total' }])
  t.equal(parseStoragePolicy(policyOf(...Array(5000).fill(null))).diagnostics?.length, 1)
  t.equal(parseStoragePolicy(policyOf(...Array.from({ length: 2000 }, () => ({})))).diagnostics?.length, 65)
})
