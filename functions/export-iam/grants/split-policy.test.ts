import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../api/test-effort.ts'
import type { GrantedNames } from './granted-names.ts'
import type { KmsKeys } from '../options/kms-keys.ts'
import { maxPolicySize, policySize } from './policy.ts'
import { splitPolicy } from './split-policy.ts'

const of = (parameters: readonly string[], secrets: readonly string[] = []) => ({ parameters, secrets })

const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
const keys = fc.constantFrom<KmsKeys>([], [{ prefix: '/p', arn }], [{ prefix: '/', arn }])
const names = fc
  .tuple(fc.nat(400), fc.integer({ min: 1, max: 60 }), fc.constantFrom('/p/', '/q/', '/'))
  .map(([count, length, prefix]) =>
    Array.from({ length: count + 1 }, (_, index) => `${prefix}x${'y'.repeat(length)}${index}`).toSorted(),
  )

t.strictSame(splitPolicy(of(['/a', '/b']), []), [of(['/a', '/b'])], 'what fits into one policy is not split')

/** Parameters alone, secrets alone, and both under the same names. */
const granted = fc
  .tuple(names, fc.constantFrom('parameters', 'secrets', 'both'))
  .map(([all, kind]) => of(kind === 'secrets' ? [] : all, kind === 'parameters' ? [] : all))
const secretKeys: KmsKeys = [{ secret: '/p/xy0', arn }]
const listsOf = (parts: readonly GrantedNames[]) => [
  parts.map(({ parameters }) => parameters),
  parts.map(({ secrets }) => secrets),
]

t.test('every name is in one part, sorted, every part fits, and one part less would not do', async () => {
  fc.assert(
    fc.property(granted, keys, (all, prefixes) => {
      const kmsKeys = [...prefixes, ...secretKeys]
      const parts = splitPolicy(all, kmsKeys)
      if (!parts) return policySize(all, kmsKeys) > maxPolicySize
      const [parameters = [], secrets = []] = listsOf(parts)
      const sorted = [...parameters, ...secrets].every((part) => part.join() === part.toSorted().join())
      const whole =
        parameters.flat().toSorted().join() === all.parameters.join() &&
        secrets.flat().toSorted().join() === all.secrets.join()
      const fits = parts.every((part) => policySize(part, kmsKeys) <= maxPolicySize)
      return sorted && whole && fits && (parts.length === 1 || policySize(all, kmsKeys) > maxPolicySize)
    }),
    runs(30),
  )
})

t.test('a name more moves no other, but for those that go to a new part', async () => {
  fc.assert(
    fc.property(granted, ({ parameters, secrets }) => {
      const less = parameters.length > 0 ? of(parameters.slice(1), secrets) : of([], secrets.slice(1))
      const [after, before] = [splitPolicy(of(parameters, secrets), []), splitPolicy(less, [])]
      if (!after || !before || after.length < before.length) return true
      return listsOf(before).every((lists, kind) =>
        lists.every((part, index) =>
          part.every((name) => {
            const now = listsOf(after)[kind] ?? []
            return now[index]?.includes(name) || now.slice(before.length).some((one) => one.includes(name))
          }),
        ),
      )
    }),
    runs(30),
  )
})

const long = (count: number) => Array.from({ length: count }, (_, index) => `/${'n'.repeat(40)}${index}`)
t.equal(splitPolicy(of(long(300)), [])?.length, 6, 'the least number of parts')
t.equal(splitPolicy(of(long(500)), []), undefined, 'more than eight parts are too many')
t.ok(
  (splitPolicy(of(long(60), long(60)), [])?.length ?? 0) > (splitPolicy(of(long(60)), [])?.length ?? 0),
  'secrets count',
)
