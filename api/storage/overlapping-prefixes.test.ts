import t from 'tap'
import { overlappingPrefixes } from './overlapping-prefixes.ts'
import { parseStoragePolicy } from './storage-policy.ts'

type Rule = readonly [namespaces: readonly string[], prefixes: readonly string[]]

const rows: readonly (readonly [title: string, rules: readonly Rule[], warnings: readonly RegExp[]])[] = [
  ['one rule for all', [[['*'], ['/{namespace}']]], []],
  [
    'a literal prefix below the prefix of a namespace that has another rule',
    [
      [['payments'], ['/payments', '/shared/payments']],
      [['*'], ['/{namespace}']],
    ],
    [
      /^spec.rules\[0\].prefixes\[1\] is \/shared\/payments, and a namespace shared may .* spec.rules\[1\].prefixes\[0\] \/\{namespace\}$/,
    ],
  ],
  [
    'the literal prefix of a namespace, named like it, for another one',
    [
      [['payments'], ['/shop']],
      [['*'], ['/{namespace}']],
    ],
    [/a namespace shop may/],
  ],
  [
    'the namespace has the rule itself, or one before that one',
    [
      [['shared'], ['/shared/a']],
      [['payments'], ['/shared/b']],
      [['*'], ['/{namespace}']],
    ],
    [],
  ],
  [
    'a rule of which no such namespace is one',
    [
      [['payments'], ['/shared']],
      [['team-*'], ['/{namespace}']],
    ],
    [],
  ],
  [
    'the namespace is a piece of a segment, twice',
    [
      [['ops'], ['/kees/team-a/a/tokens', '/kees/team-a/b', '/kees/team-A/A']],
      [['*'], ['/kees/team-{namespace}/{namespace}']],
    ],
    [/prefixes\[0\] is \/kees\/team-a\/a\/tokens, and a namespace a may/],
  ],
  [
    'above the namespaces, and everything: both are what the rule means',
    [
      [['ops'], ['/apps', '/']],
      [['*'], ['/apps/{namespace}']],
    ],
    [],
  ],
  [
    'no namespace has such a name',
    [
      [['ops'], ['/A.b/x']],
      [['*'], ['/{namespace}']],
    ],
    [],
  ],
]
for (const [title, rules, warnings] of rows) {
  const { value } = parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: { rules: rules.map(([namespaces, prefixes]) => ({ namespaces, prefixes })) },
  })
  const found = value ? overlappingPrefixes(value).map(({ message }) => message) : ['invalid']
  t.equal(found.length, warnings.length, title)
  t.match(found, warnings, title)
}
