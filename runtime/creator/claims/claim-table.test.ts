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

function templateOf(key: string, group: Group, ...more: readonly Group[]): Template {
  const claims = [group, ...more].map((one) => ({ annotation: 'secret.bsycorp.com/k_private', group: one }))
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

t.test('two parameters of one base name that are no pair are two groups, also on one pod', async (t) => {
  const table = new ClaimTable()
  const [plain, ending] = ['/shop/k', '/shop/k_private'].map((parameter) =>
    groupOf(
      { what: 'secret', kind: 'DYNAMIC', name: parameter.slice(6), type: 'RANDOM', size: 256 },
      parameter,
    ),
  )
  if (plain === undefined || ending === undefined) throw new Error('there is no group')
  const template = templateOf('both', plain, ending)
  t.equal(table.newOf(template), 2)
  table.add(template, { uid: 'u', name: 'p', createdAt: 0 }, 0)
  t.equal(table.newOf(template), 0)
  t.strictSame(
    table.of('/shop/k').map(({ group, claimants }) => [group, claimants.length]),
    [
      [plain, 1],
      [ending, 1],
    ],
  )
  t.equal(table.remove(template), 2)
  t.strictSame([table.of('/shop/k'), table.isClaimed('/shop/k')], [[], false])
})

t.test('what is claimed does not depend on who leaves first', async (t) => {
  const groups = ['A <a@example.com>', 'B <b@example.com>', 'C <c@example.com>'].map((userId) => gpg(userId))
  const templates = groups.flatMap((group, index) =>
    ['1', '2', '3'].map((copy) => templateOf(`${index} ${copy}`, group)),
  )
  for (let first = 0; first < templates.length; first++) {
    const table = new ClaimTable()
    for (const [order, one] of templates.entries())
      table.add(one, { uid: one.key, name: one.key, createdAt: 0 }, order)
    const leaving = [...templates.slice(first), ...templates.slice(0, first)]
    for (let left = leaving.length - 1; left >= 0; left--) {
      const gone = leaving[leaving.length - 1 - left]
      if (gone) table.remove(gone)
      const kept = leaving.slice(leaving.length - left)
      t.strictSame(
        table.of('/shop/k').map(({ group, claimants }) => [group, claimants.map((one) => one.template.key)]),
        groups.flatMap((group) => {
          const keys = kept.filter(({ claims }) => claims[0]?.group === group).map(({ key }) => key)
          const inOrder = templates.map(({ key }) => key).filter((key) => keys.includes(key))
          return inOrder.length === 0 ? [] : [[group, inOrder]]
        }),
      )
    }
    t.notOk(table.isClaimed('/shop/k'))
  }
})
