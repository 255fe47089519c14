import t from 'tap'
import { accountFinder, type ServiceAccount } from './service-accounts.ts'

function account(
  name: string,
  {
    was = [],
    affixes = '/',
    namespace,
  }: {
    readonly was?: readonly string[]
    readonly affixes?: string
    readonly namespace?: string
  } = {},
): ServiceAccount {
  const object = { apiVersion: 'v1', kind: 'ServiceAccount', name }
  return {
    object: namespace === undefined ? object : { ...object, namespace },
    role: undefined,
    formerNames: was,
    affixes,
  }
}
const use = { namespace: undefined, name: 'app', affixes: '/' }
const names = (accounts: readonly ServiceAccount[], asked = use, namespace?: string) =>
  accountFinder(accounts, namespace)(asked).value?.map(({ object }) => object.name)

t.strictSame(names([account('other')]), [], 'an account that the input does not have')
t.strictSame(names([account('app'), account('other')]), ['app'], 'the account of the name')
t.strictSame(
  names([account('dev-app', { was: ['app'], affixes: 'dev-/' })]),
  ['dev-app'],
  'a renamed account',
)
t.strictSame(
  names([account('a', { was: ['x', 'app'] }), account('b', { was: ['y'] })]),
  ['a'],
  'an account that was renamed more than once',
)
const both = [
  account('dev-app', { was: ['app'], affixes: 'dev-/' }),
  account('prod-app', { was: ['app'], affixes: 'prod-/' }),
]
t.strictSame(
  names(both, { ...use, affixes: 'prod-/' }),
  ['prod-app'],
  'of two, the one that went the same way',
)
t.strictSame(names([account('app'), ...both]), ['app'], 'so too where one kept its name')
t.equal(
  accountFinder(both, undefined)({ ...use, affixes: '-x/' }).diagnostics?.[0]?.message,
  'runs as ServiceAccount app, which may be ServiceAccount/dev-app, ServiceAccount/prod-app',
  'of two that fit equally, none',
)
t.strictSame(names([account('app'), account('app')]), ['app', 'app'], 'two versions of one account')
t.strictSame(names([account('app', { namespace: 'prod' })]), [], 'an account of another namespace')
t.strictSame(
  accountFinder([account('app')], 'prod')({ ...use, namespace: 'prod' }).value?.length,
  1,
  'an object without namespace is in that of option namespace',
)
