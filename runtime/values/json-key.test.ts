import * as fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { mostCharacters, mostLevels, readJsonKeys } from './json-key.ts'

const readJsonKey = (text: string, key: string) => readJsonKeys(text, [key])[0]

const object =
  '{"username":"app","password":"p,w\\"\\u0026\\n","port":5432,"tls":true,"a/b":{"~":["x",{"y":"z"}]},"":"empty name"}'

const values: readonly (readonly [title: string, text: string, key: string, value: string])[] = [
  ['a string', object, 'username', 'app'],
  ['a string with escapes', object, 'password', 'p,w"&\n'],
  ['a number', object, 'port', '5432'],
  ['a boolean', object, 'tls', 'true'],
  ['a pointer', object, '/username', 'app'],
  ['a pointer with escapes and indices', object, '/a~1b/~0/1/y', 'z'],
  ['the empty name', object, '/', 'empty name'],
  ['a name with a dot is one name', '{"a.b":"one","a":{"b":"two"}}', 'a.b', 'one'],
  ['a name that looks like an index', '{"0":"zero"}', '/0', 'zero'],
  ['an array at the root, by a pointer', '["zero","one"]', '/1', 'one'],
  ['an empty string', '{"a":""}', 'a', ''],
  ['a number with an exponent', '{"a":1e3}', 'a', '1e3'],
  ['a number of twenty digits', '{"a":12345678901234567890}', 'a', '12345678901234567890'],
  ['a number with a zero at its end', '{"a": -0.10 }', 'a', '-0.10'],
  ['white space everywhere', ' {\n\t"a" :\r\n [ 1 , 2 ] , "b" : "c" } ', 'b', 'c'],
  ['a name with escapes', '{"p\\u0061ss":"x"}', 'pass', 'x'],
  ['backslashes before a quote', '{"x":"\\\\\\\\","a":"\\\\\\""}', 'a', '\\"'],
  ['__proto__, where it is there', '{"__proto__":"x"}', '__proto__', 'x'],
  ['constructor, where it is there', '{"constructor":{"name":"x"}}', '/constructor/name', 'x'],
  ['the name of another level', '{"x":{"a":"inner"},"a":"outer"}', 'a', 'outer'],
  ['a pair of surrogates', '{"a":"\\ud83d\\ude00"}', 'a', '\u{1f600}'],
  [
    'the most levels',
    `${'{"x":'.repeat(mostLevels - 1)}{}${'}'.repeat(mostLevels - 1)}`.replace('{}', '{"a":"b"}'),
    `${'/x'.repeat(mostLevels - 1)}/a`,
    'b',
  ],
]
for (const [title, text, key, value] of values) t.strictSame(readJsonKey(text, key), { value }, title)

const refused: readonly (readonly [title: string, text: string, key: string, message: RegExp])[] = [
  ['no JSON', 'hunter2', 'a', /^is not JSON/],
  ['nothing', '', 'a', /^is not JSON/],
  ['a byte order mark', '\ufeff{}', 'a', /^is not JSON/],
  ['a comma too many', '{"a":"hunter2",}', 'a', /^is not JSON/],
  ['no such member', '{"b":"hunter2"}', 'a', /without the member "a"$/],
  ['a member of an inner object', '{"b":{"a":"hunter2"}}', 'a', /without the member "a"$/],
  ['a name of all objects of JavaScript', '{"b":"hunter2"}', '__proto__', /without the member "__proto__"$/],
  ['another one', '{"b":"hunter2"}', '/constructor/name', /without the member "\/constructor\/name"$/],
  ['a member of a string', '{"a":"hunter2"}', '/a/length', /without/],
  ['a string at the root', '"hunter2"', 'a', /without/],
  ['an index with a leading zero', '{"a":["hunter2"]}', '/a/00', /without/],
  ['the index after the last', '{"a":["hunter2"]}', '/a/-', /without/],
  ['an index that is too large', '{"a":["hunter2"]}', '/a/1', /without/],
  ['a negative index', '{"a":["hunter2"]}', '/a/-1', /without/],
  ['a name, for an array', '["hunter2"]', '0', /without/],
  ['null', '{"a":null}', 'a', /member "a" is null: /],
  ['an object', '{"a":{"b":"hunter2"}}', 'a', /member "a" is an object: /],
  ['an array', '{"a":["hunter2"]}', 'a', /member "a" is an array: /],
  ['half of a surrogate pair', '{"a":"hunter2\\ud800"}', 'a', /member "a" is not Unicode text/],
  ['two members of one name', '{"a":"hunter2","a":"hunter2"}', 'a', /two members of one name/],
  ['two of one name, one with an escape', '{"a":"hunter2","\\u0061":1}', 'a', /two members of one name/],
  [
    'two of one name elsewhere',
    '{"a":"hunter2","b":[0,{"c":{"d":1,"d":2}}]}',
    'a',
    /two members of one name/,
  ],
  [
    'two of one name before what is looked for',
    '{"b":{"d":1,"d":2},"a":"hunter2"}',
    'a',
    /two members of one name/,
  ],
  [
    'too many levels',
    `{"a":"hunter2","b":${'['.repeat(mostLevels)}${']'.repeat(mostLevels)}}`,
    'a',
    /more than 100 levels/,
  ],
  ['very many levels', `${'['.repeat(60_000)}${']'.repeat(60_000)}`, '/0', /more than 100 levels/],
  ['too many characters', `{"a":"${'x'.repeat(mostCharacters)}"}`, 'a', /more than 131072 characters/],
]
for (const [title, text, key, message] of refused)
  t.test(`refused: ${title}`, async (t) => {
    const { value, diagnostics } = readJsonKey(text, key) ?? {}
    t.equal(value, undefined)
    t.match(diagnostics?.[0]?.message, message)
    t.ok(diagnostics?.[0]?.message.includes(JSON.stringify(key)), 'the key is named')
    t.notMatch(JSON.stringify(diagnostics), 'hunter2', 'nothing of the value is in the message')
  })

t.test('what is wrong with the whole text has its own remedy', async (t) => {
  const hints = [
    '{',
    '\ufeff{}',
    '{"a":1,"a":2}',
    '['.repeat(101) + ']'.repeat(101),
    ' '.repeat(mostCharacters + 1),
  ].map((text) => readJsonKey(text, 'a')?.diagnostics?.[0]?.hint)
  t.strictSame(hints, [
    'store a JSON text, or remove jsonKey',
    'store it as UTF-8 without a byte order mark',
    'store JSON whose objects have each name once',
    'store the member as a value of its own',
    'store the member as a value of its own',
  ])
})

t.test('many keys are read at once, each with its own result', async (t) => {
  const keys = ['username', 'missing', '/port', '/a~1b', 'username']
  t.match(readJsonKeys(object, keys), [
    { value: 'app' },
    { diagnostics: [{ message: /without the member "missing"/ }] },
    { value: '5432' },
    { diagnostics: [{ message: /is an object/ }] },
    { value: 'app' },
  ])
  t.match(readJsonKeys('{', keys.slice(0, 2)), [{ diagnostics: [{}] }, { diagnostics: [{}] }])
})

/** The way to each value that is no object or array, and what JSON.parse makes of it. */
function leaves(
  value: unknown,
  way: readonly string[] = [],
): (readonly [way: readonly string[], value: unknown])[] {
  if (typeof value !== 'object' || value === null) return [[way, value]]
  return Object.entries(value).flatMap(([key, one]) => leaves(one, [...way, key]))
}

const pointerOf = (way: readonly string[]) =>
  way.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

t.test('every value of any JSON text is found as JSON.parse reads it', async (t) => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom('', ' ', '\t', '\n  '), (value, indent) => {
      const text = JSON.stringify(value, null, indent)
      for (const [way, leaf] of leaves(JSON.parse(text))) {
        if (way.length === 0) continue
        const { value: found } = readJsonKey(text, pointerOf(way)) ?? {}
        if (leaf === null || (typeof leaf === 'string' && !leaf.isWellFormed())) t.equal(found, undefined)
        else if (typeof leaf === 'string') t.equal(found, leaf)
        else t.equal(JSON.parse(found ?? ''), leaf)
      }
    }),
    runs(500),
  )
})

t.test(
  'damaged texts are refused, or JSON.parse reads them too; no message contains any of them',
  async (t) => {
    const secret = fc.stringMatching(/^[a-z]{8}$/)
    fc.assert(
      fc.property(secret, fc.nat(), fc.string({ maxLength: 3 }), (value, at, noise) => {
        const text = JSON.stringify({ other: { list: [1.5, null, value] }, key: value })
        const cut = at % text.length
        const damaged = text.slice(0, cut) + noise + text.slice(cut + 1)
        const { value: found, diagnostics } = readJsonKey(damaged, 'key') ?? {}
        if (found === undefined) {
          t.notMatch(JSON.stringify(diagnostics), value)
          return
        }
        const { key }: { readonly key: unknown } = JSON.parse(damaged)
        t.equal(found, key)
      }),
      runs(500),
    )
  },
)
