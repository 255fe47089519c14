import t from 'tap'
import { unusedGroups } from './unused-groups.ts'

const rsa = (role: string) => `Made by kees: RSA, 2048 bits, ${role} part`
const password = 'Made by kees: PASSWORD, 128 bits'
const parameter = (name: string, description: string, more = {}) => ({
  name,
  description,
  version: 1,
  modified: 1000,
  ...more,
})
const listed = (stored: readonly ReturnType<typeof parameter>[], named: readonly string[] = []) =>
  unusedGroups(stored, (name) => named.includes(name), 2000).map(({ parameters }) => parameters.join(' '))

const pair = [parameter('/shop/k_private', rsa('private')), parameter('/shop/k_public', rsa('public'))]

t.test('what nobody names is listed, pairs as one', async (t) => {
  t.strictSame(listed([...pair, parameter('/shop/p', password)]), [
    '/shop/k_private /shop/k_public',
    '/shop/p',
  ])
})

t.test('one part that is named keeps the pair', async (t) => {
  for (const name of ['/shop/k_private', '/shop/k_public']) t.strictSame(listed(pair, [name]), [])
})

t.test('a half pair is listed as it is', async (t) => {
  t.strictSame(listed(pair.slice(0, 1)), ['/shop/k_private'])
})

/** Whoever may write a parameter chooses its Description. */
const hostile: readonly (readonly [title: string, stored: readonly ReturnType<typeof parameter>[]])[] = [
  ['no Description', [parameter('/shop/p', '')]],
  ['the Description of a person', [parameter('/shop/p', 'the password of the database')]],
  ['more text around that of kees', [parameter('/shop/p', `${password}, and mine`)]],
  ['a second line with another name', [parameter('/shop/p', `${password}\n/team/p`)]],
  ['the Description of another role', [parameter('/shop/p', rsa('private'))]],
  [
    'a pair of which one part is of somebody else',
    [...pair.slice(0, 1), parameter('/shop/k_public', 'mine')],
  ],
  [
    'a pair of which one part was made differently',
    [...pair.slice(0, 1), parameter('/shop/k_public', 'Made by kees: RSA, 4096 bits, public part')],
  ],
  ['a value that somebody wrote later', [parameter('/shop/p', password, { version: 2 })]],
  [
    'a pair of which somebody wrote one part',
    [...pair.slice(0, 1), { ...parameter('/shop/k_public', rsa('public')), version: 2 }],
  ],
  ['what is younger than the last event', [parameter('/shop/p', password, { modified: 2000 })]],
  ['what has no date', [parameter('/shop/p', password, { modified: Infinity })]],
]
for (const [title, stored] of hostile)
  t.test(`${title} is not listed`, async (t) => t.strictSame(listed(stored), []))
