import { deepStrictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { nameInConfig } from '../../krm/options/options.ts'
import { resultLines } from '../../krm/result.ts'
import { collectGrants, declaredBy, type Reader } from './grants.ts'

function reader(
  name: string,
  role: string | undefined,
  parameters: readonly string[],
  namespace?: string,
): Reader {
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', name }
  return {
    object: namespace === undefined ? object : { ...object, namespace },
    account: { namespace, name: 'default', affixes: '/' },
    annotated: role,
    parameters,
    secrets: [],
  }
}
const sources = {
  roles: [],
  serviceAccounts: [],
  namespace: '',
  kmsKeys: [],
  account: '',
  nameOption: nameInConfig,
}
function collect(readers: readonly Reader[], account = '') {
  const { declarers, ...collected } = collectGrants(readers, { ...sources, account })
  return { ...collected, declaredBy: declaredBy(declarers) }
}
function arn(path: string, account = '111122223333', partition = 'aws'): string {
  return `arn:${partition}:iam::${account}:role/${path}`
}
const linesOf = (readers: readonly Reader[]) =>
  collect(readers).results.map((one) => resultLines(one).join(', '))

const names = ['/B', '/a', '/z']
t.strictSame(
  collect([reader('b', 'app', ['/z', '/a']), reader('a', 'app', ['/a', '/B']), reader('c', 'Zoo', ['/x'])]),
  {
    grants: [
      {
        key: 'Zoo',
        policyName: 'Zoo',
        role: { name: 'Zoo' },
        parameters: ['/x'],
        parts: [{ parameters: ['/x'], secrets: [] }],
        secrets: [],
      },
      {
        key: 'app',
        policyName: 'app',
        role: { name: 'app' },
        parameters: names,
        parts: [{ parameters: names, secrets: [] }],
        secrets: [],
      },
    ],
    declaredBy: new Map([
      [
        'app',
        new Map([
          ['/z', ['Deployment/b']],
          ['/a', ['Deployment/a', 'Deployment/b']],
          ['/B', ['Deployment/a']],
        ]),
      ],
      ['Zoo', new Map([['/x', ['Deployment/c']]])],
    ]),
    results: [],
  },
  'workloads of one role share one grant, sorted and without repetition',
)

t.match(
  collect([reader('a', arn('team-a/app'), ['/a']), reader('b', arn('team-b/app'), ['/b'])]).results,
  [{ severity: 'error', message: /have the same name, which is unique in an account, and different paths/ }],
  'of two roles with one name and different paths, one does not exist',
)

const told = collect([
  reader('a', 'app', ['/a']),
  reader('b', arn('app'), ['/b']),
  reader('c', arn('team/other'), ['/c']),
  reader('d', arn('team/constructor'), ['/d']),
  reader('e', '__proto__', ['/e']),
  reader('f', undefined, ['/f']),
  reader('f', undefined, ['/g'], 'prod'),
])
t.strictSame(
  told.grants.map(({ key, policyName, role }) => [key, policyName, role?.name]),
  [
    ['Deployment/f', 'Deployment-f-fc2e68140d', undefined],
    ['Deployment/prod/f', 'Deployment-prod-f-5b83cb39b4', undefined],
    ['__proto__', '__proto__', '__proto__'],
    ['app', 'app', 'app'],
    [arn('app'), 'app-94cbc2dd90', 'app'],
    [arn('team/constructor'), 'constructor-c051955df8', 'constructor'],
    [arn('team/other'), 'other-8259a84f62', 'other'],
  ],
  'grants are distinguished by the role as written, or else by the workload',
)
t.strictSame(
  told.results.map((one) => resultLines(one).join(', ')),
  [
    'warning: Deployment/f has no role: neither option roles, nor its ServiceAccount, nor annotation iam.amazonaws.com/role names one; its policy is not attached to any role',
    'warning: Deployment/prod/f has no role: neither option roles, nor its ServiceAccount, nor annotation iam.amazonaws.com/role names one; its policy is not attached to any role',
  ],
  'a workload without a role is a warning',
)

const many = (count: number) =>
  Array.from({ length: count }, (_, index) => `/${String(index).padStart(40, 'n')}`)
const annotation = 'annotation iam.amazonaws.com/role:'
const allowed = 'allowed are a name of at most 64 letters, digits and _+=,.@- or an ARN'
const wrong: readonly (readonly [title: string, readers: readonly Reader[], line: string])[] = [
  [
    'a role that is none is an error',
    [reader('a', 'a b', ['/a'])],
    `error: Deployment/a ${annotation} "a b" is not a role: ${allowed}`,
  ],
  [
    'so it is where no declaration is right',
    [reader('a', '${x}', [])],
    `error: Deployment/a ${annotation} "\${x}" is not a role: ${allowed}`,
  ],
  [
    'a workload that has neither a role nor a proper name is an error',
    [reader('${x}', undefined, ['/a'])],
    'error: Deployment/${x} has no role: neither option roles, nor its ServiceAccount, nor annotation iam.amazonaws.com/role names one, and its policy cannot be named after it, because its name is not valid in Kubernetes',
  ],
  [
    'a second account is an error',
    [
      reader('b', arn('b', '444455556666'), ['/b']),
      reader('c', arn('c'), ['/c']),
      reader('a', arn('a'), ['/a']),
    ],
    `error: Deployment/b one output is for one account, but the roles of this input belong to 111122223333 (Deployment/a), 444455556666 (Deployment/b),   hint: set option account to select one`,
  ],
  [
    'an account in a second partition is another account',
    [reader('b', arn('b'), ['/b']), reader('a', arn('a', '111122223333', 'aws-cn'), ['/a'])],
    `error: Deployment/b one output is for one account, but the roles of this input belong to 111122223333 in aws-cn (Deployment/a), 111122223333 (Deployment/b),   hint: set option account to select one`,
  ],
  [
    'a role that differs from another by case alone is an error',
    [reader('b', 'app', ['/b']), reader('a', 'App', ['/a'])],
    `error: Deployment/b roles "app" and "App" (Deployment/a) have the same name in IAM, which ignores case`,
  ],
  [
    'a role with more parameters than eight policies hold is an error',
    [reader('b', 'app', many(500)), reader('a', 'app', many(1000))],
    'error: Deployment/a role "app": the 1000 parameters do not fit into 8 policies of 6144 characters,   hint: split the workload into several that have roles of their own',
  ],
]
for (const [title, readers, line] of wrong) t.strictSame(linesOf(readers), [line], title)

/** 58 names of 40 characters and one that fills the policy up. */
const full = (characters: number) =>
  collect([reader('a', 'app', [...many(58), `/${'o'.repeat(characters)}`])]).grants[0]?.parts.length
t.equal(full(96), 1, 'a policy of 6144 characters is taken')
t.equal(full(97), 2, 'one of 6145 characters is split')

const rest = collect([reader('a', '*', ['/a']), reader('b', 'app', ['/b']), reader('c', 'x y', ['/c'])])
t.equal(rest.results.length, 2, 'every wrong role is reported')
t.strictSame(
  rest.grants.map(({ key, parameters }) => [key, parameters]),
  [['app', ['/b']]],
  'a wrong role keeps its parameters out of the other grants',
)

t.strictSame(
  collect([reader('a', undefined, []), reader('b', 'app', [])]),
  { grants: [], declaredBy: new Map(), results: [] },
  'a workload without parameters makes no grant and no warning',
)

const parameter = fc
  .stringMatching(/^\/[b-r][a-z._]{0,3}(\/[a-z._]{1,3}){0,2}$/)
  .filter((name) => !/\/\.\.?(\/|$)/.test(name))

await t.test('the order of the input changes nothing', async () => {
  const texts = [undefined, 'app', 'App', 'x y', arn('app'), arn('b'), arn('b', '444455556666')]
  const readers = fc
    .array(fc.tuple(fc.constantFrom(...texts), fc.array(parameter)), { maxLength: 6 })
    .map((some) => some.map(([role, parameters], index) => reader(`w${index}`, role, parameters)))
  const twoOrders = readers.chain((some) =>
    fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
  )
  fc.assert(
    fc.property(twoOrders, ([before, after]) => {
      deepStrictEqual(collect(after).grants, collect(before).grants)
      deepStrictEqual(linesOf(after).toSorted(), linesOf(before).toSorted())
    }),
  )
})

await t.test('a role gets what its workloads declare, sorted, each once, and nothing else', async () => {
  fc.assert(
    fc.property(fc.array(fc.array(parameter), { maxLength: 5 }), (lists) => {
      const readers = lists.map((parameters, index) => reader(`w${index}`, 'app', parameters))
      const granted = collect(readers).grants.flatMap(({ parameters }) => parameters)
      deepStrictEqual(granted, [...new Set(lists.flat())].toSorted())
    }),
  )
})

const here = reader('a', arn('app'), ['/a'])
t.strictSame(
  collect([here, reader('b', 'bare', ['/b'])], '999988887777').results.map((one) =>
    resultLines(one).join(', '),
  ),
  [
    'error: option account is 999988887777, but no role of the input belongs to it: the accounts are 111122223333',
  ],
  'an account that no role is of is an error, lest a mistyped one take rights away',
)
t.strictSame(collect([here, reader('c', arn('c', '444455556666'), ['/c'])], '111122223333').results, [])
t.strictSame(
  collect([reader('b', 'bare', ['/b'])], '999988887777').results,
  [],
  'bare names are of every account',
)
