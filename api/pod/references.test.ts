import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import * as fc from 'fast-check'
import t from 'tap'
import { composition, shapedDeclaration } from '../declaration/arbitrary-shape.ts'
import { linesOf } from '../diagnostic.ts'
import { formatPodAnnotations, parsePodAnnotations } from './pod-annotations.ts'
import { mayBeAbsent } from './references.ts'

type Annotations = Readonly<Record<string, string>>
const podOf = (annotations: Annotations) =>
  parsePodAnnotations(
    Object.entries(annotations).map(([key, text]) => [key.replace('/', '.bsycorp.com/'), text]),
    'bsycorp.com',
  )

const secret = 'kind=REFERENCE,type=TEXT'
const base = {
  'secret/db.password': secret,
  'resource/db.host': '',
  'secret/both': secret,
  'resource/both': '',
}
const at = 'compose.bsycorp.com/url'

const rows: readonly (readonly [title: string, added: Annotations, ...diagnostics: string[]])[] = [
  ['references to both sorts', { 'compose/url': 'text=$(db.password)$(db.host)' }],
  ['an escaped reference in a URL', { 'compose/url': 'text=a://$(db.password:url)' }],
  ['a literal that looks like a reference', { 'compose/url': 'text=a $$(none)' }],
  [
    'an unknown name',
    { 'compose/url': 'text=$(db.pasword)' },
    `error BAD_REFERENCE ${at}: reference $(db.pasword) in text is not declared by this pod, hint: did you mean "db.password"?`,
  ],
  [
    'an unknown name that may be a secret, by its number',
    { 'compose/url': 'text=$(db.host)$(hunter2supersecret)' },
    `error BAD_REFERENCE ${at}: reference 2 in text is not declared by this pod`,
  ],
  [
    'a name that a secret and a resource have',
    { 'compose/url': 'text=$(both)$(both:json)' },
    `error CONFLICT ${at}: reference $(both) in text may be secret.bsycorp.com/both or resource.bsycorp.com/both, hint: give one of them another name, with a storageKey`,
  ],
  [
    'a composition of a composition',
    { 'compose/url': 'text=$(db.host)', 'compose/two': 'text=$(url)' },
    'error BAD_REFERENCE compose.bsycorp.com/two: reference $(url) in text is compose.bsycorp.com/url: a composition cannot be made of another, hint: write the references of the other one into this text',
  ],
  [
    'a composition of itself',
    { 'compose/url': 'text=$(url)' },
    `error BAD_REFERENCE ${at}: reference $(url) in text is ${at}: a composition cannot be made of another, hint: write the references of the other one into this text`,
  ],
  [
    'the name of a secret',
    { 'compose/db.password': 'text=a' },
    'error CONFLICT compose.bsycorp.com/db.password: the name is that of secret.bsycorp.com/db.password too, hint: give the composition another name',
  ],
  [
    'a reference to a declaration that is wrong is one error',
    { 'secret/wrong': 'kind=REFERENCE', 'compose/url': 'text=$(wrong)' },
    'error MISSING_ATTRIBUTE secret.bsycorp.com/wrong: attribute "type" is missing: allowed are RSA, RANDOM, PASSWORD, GPG, TEXT',
  ],
  [
    'every reference of a text with an unknown escape and what is no name',
    { 'compose/url': 'text=$(nope) $(db.host:foo) $(db.pasword:url) $(two words) $(both:bar) $(db.host)' },
    `error BAD_VALUE ${at}: text has an unknown escape "foo" in reference $(db.host): allowed are url, json, base64, xml, properties`,
    `error BAD_VALUE ${at}: text has reference 4, which is not the name of a declaration, hint: write $(name) or $(name:escape), and $$( for the characters $(`,
    `error BAD_VALUE ${at}: text has an unknown escape "bar" in reference $(both): allowed are url, json, base64, xml, properties`,
    `error BAD_REFERENCE ${at}: reference $(nope) in text is not declared by this pod`,
    `error BAD_REFERENCE ${at}: reference $(db.pasword) in text is not declared by this pod, hint: did you mean "db.password"?`,
    `error CONFLICT ${at}: reference $(both) in text may be secret.bsycorp.com/both or resource.bsycorp.com/both, hint: give one of them another name, with a storageKey`,
  ],
  [
    'the references of a composition with another attribute that is wrong, and with a name of its own that is taken',
    { 'compose/db.host': 'encode=rot13,text=$(nope)' },
    'error BAD_VALUE compose.bsycorp.com/db.host: encode must be base64',
    'error CONFLICT compose.bsycorp.com/db.host: the name is that of resource.bsycorp.com/db.host too, hint: give the composition another name',
    'error BAD_REFERENCE compose.bsycorp.com/db.host: reference $(nope) in text is not declared by this pod',
  ],
  [
    'a reference before one that is not closed',
    { 'compose/url': 'text=$(nope)$(a' },
    `error BAD_VALUE ${at}: text has reference 2 without its ")", hint: close it, or write $$( for the characters $(`,
    `error BAD_REFERENCE ${at}: reference $(nope) in text is not declared by this pod`,
  ],
  ['deliver=none that is composed', { 'secret/a': `${secret},deliver=none`, 'compose/url': 'text=$(a)' }],
  [
    'deliver=none that nothing composes',
    { 'secret/a': `${secret},deliver=none`, 'compose/url': 'text=$(db.host)' },
    'error BAD_DELIVERY secret.bsycorp.com/a: deliver=none, and no composition of this pod uses the value, hint: remove deliver=none, or the declaration',
  ],
  [
    'deliver=none beside a composition that is wrong is one error',
    { 'secret/a': `${secret},deliver=none`, 'compose/url': 'text=$(a' },
    `error BAD_VALUE ${at}: text has reference 1 without its ")", hint: close it, or write $$( for the characters $(`,
  ],
  [
    'a URL without escapes',
    { 'compose/url': 'text=a://$(db.password):$(db.host:url)@$(db.host)' },
    `warning UNESCAPED ${at}: in a text that looks like a URL, the value is written without an escape: reference $(db.password), reference $(db.host), hint: write $(name:url)`,
  ],
  [
    'JSON without escapes',
    { 'compose/url': 'text= {"a": "$(db.host)"}' },
    `warning UNESCAPED ${at}: in a text that looks like JSON, the value is written without an escape: reference $(db.host), hint: write $(name:json)`,
  ],
  [
    'JSON with a JWK, which is JSON itself',
    {
      'secret/jwt.v1_public': 'kind=DYNAMIC,type=RSA,size=2048,as=jwk,deliver=none',
      'compose/url': 'text={"keys":[$(jwt.v1_public)],"iss":"$(db.host)"}',
    },
    `warning UNESCAPED ${at}: in a text that looks like JSON, the value is written without an escape: reference $(db.host), hint: write $(name:json)`,
  ],
  [
    'XML without escapes',
    { 'compose/url': 'text=<a href="x://y">$(db.host)</a>' },
    `warning UNESCAPED ${at}: in a text that looks like XML, the value is written without an escape: reference $(db.host), hint: write $(name:xml)`,
  ],
  ['a text that only has a brace inside', { 'compose/url': 'text=a{$(db.host)' }],
]
for (const [title, added, ...expected] of rows) {
  const { diagnostics } = podOf({ ...base, ...added })
  t.strictSame(
    diagnostics.map(
      ({ severity, code, annotation, ...one }) =>
        `${severity} ${code} ${annotation}: ${linesOf(one).join(', ')}`,
    ),
    expected,
    title,
  )
}

t.test('what composes from a value that may be absent may be absent', async (t) => {
  const { declared, composed } = podOf({
    'secret/a': `${secret},optional=true`,
    'secret/b': secret,
    'compose/with': 'text=$(b)$(a)',
    'compose/without': 'text=$(b)',
  })
  t.strictSame(
    composed.map(({ declaration }) => [declaration.name, mayBeAbsent(declaration, declared)]),
    [
      ['with', true],
      ['without', false],
    ],
  )
})

t.test('compositions of declared names are parsed back as they were', async () => {
  const pod = fc
    .uniqueArray(shapedDeclaration, { selector: ({ name }) => name, minLength: 1, maxLength: 4 })
    .chain((stored) => {
      const names = stored.map(({ name }) => name)
      const compositions = fc.uniqueArray(composition(fc.constantFrom(...names)), {
        selector: ({ name }) => name,
        maxLength: 3,
      })
      return compositions.map((some) => ({
        stored,
        composed: some.filter(({ name }) => !names.includes(name)),
      }))
    })
  fc.assert(
    fc.property(pod, ({ stored, composed }) => {
      const parsed = parsePodAnnotations(
        formatPodAnnotations([...stored, ...composed], '', {}, 'bsycorp.com'),
        'bsycorp.com',
      )
      deepStrictEqual(
        parsed.composed.map(({ declaration }) => declaration),
        composed,
      )
      strictEqual(parsed.declared.length, stored.length)
    }),
  )
})
