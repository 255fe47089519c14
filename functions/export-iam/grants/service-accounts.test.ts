import t from 'tap'
import { itemsUnder } from '../../krm/manifest-item.ts'
import { parseSource } from '../../yaml/parse.ts'
import { accountFinder, misspeltRoles, type ServiceAccount, serviceAccountOf } from './service-accounts.ts'

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
    misspelt: [],
    formerNames: was,
    affixes,
  }
}
t.test('an annotation that is nearly that of the role', async (t) => {
  const read = (key: string) => {
    const [document] =
      parseSource(
        `apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: app, annotations: {${key}: "arn:aws:iam::111122223333:role/app"}}\n`,
      ).value ?? []
    const [item] = document ? itemsUnder(document, document.root) : []
    const found = item && serviceAccountOf(item)
    return found ? misspeltRoles(found).map(({ subject, hint }) => `${subject}: ${hint}`) : []
  }
  for (const key of ['eks.amazonaws.com/role_arn', 'eks.amazonaws.com/roleArn', 'eks.amazon.com/role-arn'])
    t.strictSame(read(key), [`annotation ${key}: did you mean eks.amazonaws.com/role-arn?`], key)
  for (const key of ['eks.amazonaws.com/role-arn', 'eks.amazonaws.com/audience', 'example.com/role-arn'])
    t.strictSame(read(key), [], key)
})

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
