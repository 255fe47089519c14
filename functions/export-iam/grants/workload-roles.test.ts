import t from 'tap'
import { nameInConfig } from '../../krm/options/options.ts'
import { resultLines } from '../../krm/result.ts'
import type { ServiceAccount } from './service-accounts.ts'
import { type RoleClaims, roleFinder, type RoleSources } from './workload-roles.ts'

const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`
const claims: RoleClaims = {
  object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', namespace: 'prod' },
  account: { namespace: 'prod', name: 'app', affixes: '/' },
  annotated: undefined,
}
const irsa = (role: string, name = 'app', was: readonly string[] = []): ServiceAccount => ({
  object: { apiVersion: 'v1', kind: 'ServiceAccount', name, namespace: 'prod' },
  role,
  formerNames: was,
  affixes: '/',
})
const none: RoleSources = { roles: [], serviceAccounts: [], namespace: '', nameOption: nameInConfig }
const mapped = (role: string, serviceAccount = 'app') => [{ namespace: 'prod', serviceAccount, role }]

const cases: readonly (readonly [
  title: string,
  claims: RoleClaims,
  sources: RoleSources,
  roles: readonly string[],
  said: readonly string[],
])[] = [
  ['nothing says a role', claims, none, [], []],
  ['the annotation', { ...claims, annotated: 'a' }, none, ['a'], []],
  ['the ServiceAccount', claims, { ...none, serviceAccounts: [irsa(arn('b'))] }, [arn('b')], []],
  ['option roles', claims, { ...none, roles: mapped('c') }, ['c'], []],
  [
    'option roles names the account as it is called after the build',
    claims,
    {
      ...none,
      roles: mapped('c', 'dev-app'),
      serviceAccounts: [{ ...irsa('', 'dev-app', ['app']), role: undefined }],
    },
    ['c'],
    [],
  ],
  [
    'one role, said three times, is said once, as its ARN',
    { ...claims, annotated: 'a' },
    { ...none, roles: mapped('a'), serviceAccounts: [irsa(arn('a'))] },
    [arn('a')],
    [],
  ],
  [
    'several roles are all granted, with a warning that says which wins',
    { ...claims, annotated: 'a' },
    { ...none, roles: mapped('c'), serviceAccounts: [irsa(arn('b'))] },
    ['c', arn('b'), 'a'],
    [
      `warning: Deployment/prod/web is given several roles: c (option roles for prod/app), ${arn('b')} (ServiceAccount/prod/app annotation eks.amazonaws.com/role-arn), a (annotation iam.amazonaws.com/role); at run time the first one is used; the policy is attached to each`,
    ],
  ],
  [
    'two versions of an account',
    claims,
    { ...none, serviceAccounts: [irsa(arn('old')), irsa(arn('new'))] },
    [arn('old'), arn('new')],
    [
      `warning: Deployment/prod/web is given several roles: ${arn('old')} (ServiceAccount/prod/app annotation eks.amazonaws.com/role-arn), ${arn('new')} (ServiceAccount/prod/app annotation eks.amazonaws.com/role-arn); at run time the first one is used; the policy is attached to each`,
    ],
  ],
  [
    'every wrong role is an error',
    { ...claims, annotated: 'a b' },
    { ...none, serviceAccounts: [irsa('bare')] },
    [],
    [
      'error: Deployment/prod/web ServiceAccount/prod/app annotation eks.amazonaws.com/role-arn: "bare" is not an ARN, and IRSA takes nothing else',
      'error: Deployment/prod/web annotation iam.amazonaws.com/role: "a b" is not a role: allowed are a name of at most 64 letters, digits and _+=,.@- or an ARN',
    ],
  ],
  [
    'option roles cannot be applied where there is no namespace',
    { ...claims, account: { ...claims.account, namespace: undefined } },
    { ...none, roles: mapped('c') },
    [],
    [
      'warning: Deployment/prod/web has no namespace, so no entry of option roles is for it,   hint: set option namespace',
    ],
  ],
  [
    'a ServiceAccount with a namespace, of a pod without one',
    {
      ...claims,
      object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      account: { ...claims.account, namespace: undefined },
    },
    { ...none, serviceAccounts: [irsa(arn('b'))] },
    [],
    [
      'warning: Deployment/web runs as ServiceAccount app, but ServiceAccount/prod/app has a namespace and Deployment/web has none: the role of ServiceAccount/prod/app is not used,   hint: set metadata.namespace, or option namespace',
    ],
  ],
  [
    'a ServiceAccount without a namespace, of a pod with one',
    claims,
    {
      ...none,
      serviceAccounts: [
        { ...irsa(arn('b')), object: { apiVersion: 'v1', kind: 'ServiceAccount', name: 'app' } },
      ],
    },
    [],
    [
      'warning: Deployment/prod/web runs as ServiceAccount app, but Deployment/prod/web has a namespace and ServiceAccount/app has none: the role of ServiceAccount/app is not used,   hint: set metadata.namespace, or option namespace',
    ],
  ],
  [
    'option namespace says it',
    { ...claims, account: { ...claims.account, namespace: undefined } },
    { ...none, roles: mapped('c'), namespace: 'prod' },
    ['c'],
    [],
  ],
]
for (const [title, claim, sources, roles, said] of cases) {
  const found = roleFinder(sources)(claim)
  t.strictSame(
    [
      found.roles.map(({ arn: whole, name }) => whole ?? name),
      found.results.map((one) => resultLines(one).join(', ')),
    ],
    [roles, said],
    title,
  )
}
