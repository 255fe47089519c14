import t from 'tap'
import { defaultBudgets, parseStoragePolicy } from '../../../api/storage/storage-policy.ts'
import { tenants } from './tenants.ts'

const { value: policy } = parseStoragePolicy({
  apiVersion: 'kees.bsycorp.com/v1alpha1',
  kind: 'StoragePolicy',
  spec: {
    rules: [
      { namespaces: ['team-*'], prefixes: ['/{namespace}'], shared: true, maxNewPerHour: 7, maxClaims: 3 },
      { namespaces: ['shop', 'billing'], prefixes: ['/{namespace}'], maxKeys: 2 },
    ],
  },
})
const { of } = tenants(policy)

t.equal(of('team-a'), of('team-a'))
t.strictSame(of('team-a'), of('team-b'), 'namespaces of a rule with shared are one tenant')
t.match(of('team-a'), { key: 'rule 0', budgets: { maxClaims: 3, maxKeys: 1 }, maxNewPerHour: 7 })
t.match(of('shop'), { key: 'shop', budgets: { maxKeys: 2 }, maxNewPerHour: 200 })
t.equal(of('billing').key, 'billing')
t.strictSame(of('other'), { key: 'other', budgets: defaultBudgets, maxNewPerHour: 0 }, 'no rule')
t.strictSame(tenants(undefined).of('any'), { key: 'any', budgets: defaultBudgets, maxNewPerHour: Infinity })
