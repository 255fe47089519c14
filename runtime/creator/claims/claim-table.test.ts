import t from 'tap'
import { type Group, groupOf } from '../../../api/declaration/group.ts'
import { ClaimTable } from './claim-table.ts'
import { resolveClaims } from './resolve-claims.ts'
import type { Template } from './template.ts'

const gpg = (userId: string, size = 2048): Group =>
  groupOf(
    { what: 'secret', kind: 'DYNAMIC', name: 'k_private', type: 'GPG', size, userId },
    '/shop/k_private',
  )

function templateOf(key: string, group: Group): Template {
  const claims = [{ annotation: 'secret.bsycorp.com/k_private', group }]
  return { key, namespace: 'shop', annotated: true, claims, warnings: [], seenAt: 0, pods: new Set() }
}

t.test('claims of one namespace that differ only in their user ID are two', async (t) => {
  const table = new ClaimTable()
  const [first, same, other] = [
    templateOf('first', gpg('A <a@example.com>')),
    templateOf('same', gpg('A <a@example.com>')),
    templateOf('other', gpg('B <b@example.com>')),
  ]
  for (const [order, template] of [first, same, other].entries())
    table.add(template, { uid: template.key, name: template.key, createdAt: 0 }, order)
  const claims = table.of('/shop/k')
  t.equal(claims.length, 2)
  const { granted, conflicts } = resolveClaims(claims)
  t.strictSame(
    granted.map(({ group, claimants }) => [group.userId, claimants.length]),
    [['A <a@example.com>', 2]],
  )
  t.match(conflicts, [
    {
      claimant: { template: other },
      message: /type GPG and its userId conflict with .* with another userId$/,
    },
  ])
  t.notMatch(conflicts[0]?.message, 'example.com', 'no user ID is in an Event')
  t.equal(table.remove(other), 1)
  t.strictSame(resolveClaims(table.of('/shop/k')).conflicts, [])
})
