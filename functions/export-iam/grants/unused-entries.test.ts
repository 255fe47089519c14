import t from 'tap'
import { resultLines } from '../../krm/result.ts'
import { nameInConfig } from '../../krm/options/options.ts'
import { unusedEntries } from './unused-entries.ts'

const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
const warned = (
  accounts: readonly string[],
  prefixes: readonly string[],
  keySecrets: readonly string[] = [],
) => {
  const roles = accounts.map((account) => {
    const [namespace = '', serviceAccount = ''] = account.split('/')
    return { namespace, serviceAccount, role: 'r' }
  })
  const kmsKeys = [
    ...prefixes.map((prefix) => ({ prefix, arn })),
    ...keySecrets.map((secret) => ({ secret, arn })),
  ]
  const entries = { roles, kmsKeys, nameOption: nameInConfig }
  const declared = {
    parameters: ['/prod/db/password', '/prod/db/user', '/stage2/key'],
    secrets: ['rds!cluster-1a', 'billing/token'],
  }
  return unusedEntries(entries, new Set(['shop/app', 'shop/worker-1']), declared).map((one) =>
    resultLines(one).join(', '),
  )
}

const noise: readonly (readonly [title: string, accounts: readonly string[], prefixes: readonly string[]])[] =
  [
    ['entries that match', ['shop/app'], ['/prod', '/stage2/key', '/']],
    ['entries of other environments', ['billing/app', 'shop/cron'], ['/dev', '/team/prod']],
    ['names that differ in a digit', ['shop/worker-2'], ['/stage3']],
    ['two that are alike, and both listed', ['shop/app', 'shop/apps'], ['/prod', '/prods']],
  ]
for (const [title, accounts, prefixes] of noise)
  t.strictSame(warned(accounts, prefixes), [], `no warning: ${title}`)

t.strictSame(warned(['shop/aap'], []), [
  'warning: option roles has an entry for "shop/aap", which matches nothing,   hint: did you mean "shop/app"?',
])
t.strictSame(warned([], ['/prdo', '/prod/bd']), [
  'warning: option kmsKeys has an entry for "/prdo", which matches nothing,   hint: did you mean "/prod"?',
  'warning: option kmsKeys has an entry for "/prod/bd", which matches nothing,   hint: did you mean "/prod/db"?',
])
t.strictSame(warned([], [], ['rds!cluster-1a', 'other/token']), [], 'secrets that match, and those of others')
t.strictSame(warned([], [], ['biling/token']), [
  'warning: option kmsKeys has an entry for "biling/token", which matches nothing,   hint: did you mean "billing/token"?',
])
