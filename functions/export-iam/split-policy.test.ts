import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import type { KmsKeys } from './kms-keys.ts'
import { maxPolicySize, policySize } from './policy.ts'
import { splitPolicy } from './split-policy.ts'

const arn = 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555'
const keys = fc.constantFrom<KmsKeys>([], [{ prefix: '/p', arn }], [{ prefix: '/', arn }])
const names = fc
  .tuple(fc.nat(400), fc.integer({ min: 1, max: 60 }), fc.constantFrom('/p/', '/q/', '/'))
  .map(([count, length, prefix]) =>
    Array.from({ length: count + 1 }, (_, index) => `${prefix}x${'y'.repeat(length)}${index}`).toSorted(),
  )

t.strictSame(splitPolicy(['/a', '/b'], []), [['/a', '/b']], 'what fits into one policy is not split')

t.test('every name is in one part, sorted, every part fits, and one part less would not do', async () => {
  fc.assert(
    fc.property(names, keys, (all, kmsKeys) => {
      const parts = splitPolicy(all, kmsKeys)
      if (!parts) return policySize(all, kmsKeys) > maxPolicySize
      const sorted = parts.every((part) => part.join() === part.toSorted().join())
      const whole = parts.flat().toSorted().join() === all.join()
      const fits = parts.every((part) => policySize(part, kmsKeys) <= maxPolicySize)
      return sorted && whole && fits && (parts.length === 1 || policySize(all, kmsKeys) > maxPolicySize)
    }),
    runs(30),
  )
})

t.test('a name more moves no other, but for those that go to a new part', async () => {
  fc.assert(
    fc.property(names, (all) => {
      const [after, before] = [splitPolicy(all, []), splitPolicy(all.slice(1), [])]
      if (!after || !before || after.length < before.length) return true
      return before.every((part, index) =>
        part.every(
          (name) =>
            after[index]?.includes(name) || after.slice(before.length).some((one) => one.includes(name)),
        ),
      )
    }),
    runs(30),
  )
})

const long = (count: number) => Array.from({ length: count }, (_, index) => `/${'n'.repeat(40)}${index}`)
t.equal(splitPolicy(long(300), [])?.length, 6, 'the least number of parts')
t.equal(splitPolicy(long(2000), []), undefined, 'more than eight parts are too many')
