import t from 'tap'
import { parseSource } from './parse.ts'
import { lookUp, toValue } from './value.ts'

const refused: readonly (readonly [
  title: string,
  text: string,
  message: RegExp,
  line: number,
  column: number,
])[] = [
  ['NEL in a comment', 'a: b\nc: d # e\u0085f: g\n', /has U\+0085, which .* end of a line/, 2, 9],
  ['LINE SEPARATOR in double quotes', 'a: "b\u2028c"\n', /has U\+2028/, 1, 6],
  ['PARAGRAPH SEPARATOR in a block', 'a: |\n  b\u2029c\n', /has U\+2029/, 2, 4],
  ['a control character in a comment', 'a: b # \u009b2J\n', /has U\+009B, a control character/, 1, 8],
  ['a bidirectional control in plain text', 'a: b\u202ec\n', /has U\+202E, which changes the order/, 1, 5],
  ['a bidirectional control in single quotes', "a: 'b\u2066c'\n", /has U\+2066/, 1, 6],
  [
    'a byte order mark twice',
    '\ufeff\ufeffa: b\n',
    /has U\+FEFF, a byte order mark that is not at the start/,
    1,
    2,
  ],
  ['a byte order mark in the middle', 'a: b\n---\n\ufeffc: d\n', /has U\+FEFF/, 3, 1],
  ['a blank that only Go knows', '\u00a0{"a":1}', /has U\+00A0 before the first character/, 1, 1],
  ['an indented marker', '  --- {a: b}', /has blanks before the first "---"/, 1, 3],
  [
    'a comment right behind a marker',
    'a: b\n---# c: d\ne: f\n',
    /begins with "---" and no blank after it/,
    2,
    1,
  ],
  [
    'a comment behind a marker and a blank of Go',
    'a: b\n---\u00a0# c: d\ne: f\n',
    /begins with "---" and no blank/,
    2,
    1,
  ],
  ['a marker behind a carriage return', 'a: b\r---\rc: d\r', /has "---" after a carriage return/, 2, 1],
  ['a document behind an end', 'a: b\n...\nc: d\n', /has a document after "\.\.\." without "---"/, 1, 5],
  ['a question mark in flow style', 'a: {?b: c}\n', /begins with "\?"/, 1, 5],
  ['an escaped surrogate', 'a: "\\ud83d\\ude00"\n', /has the escape \\ud83d, half of a character/, 1, 5],
  ['half of a character in JSON', '{"a": "\\ud83d x"}', /has the escape \\ud83d/, 1, 8],
  ['a key that is an alias', 'a: &b c\n*b : d\n', /has a key that is an alias/, 2, 1],
  ['such a key in flow style', 'a: &b c\nd: {*b : e}\n', /has a key that is an alias/, 2, 5],
  ['a key in base64', 'a:\n  !!binary Yg==: c\n', /has a key in base64/, 2, 12],
  ['a key in base64 with its tag in full', '!<tag:yaml.org,2002:binary> Yg==: c\n', /in base64/, 1, 29],
  ['a tag with an escape', 'a: !!bin%61ry Yg==\n', /has a tag with an escape/, 1, 4],
  ['a key that is a map', 'a: {{ .name }}\n', /has a key that is a map/, 1, 5],
  ['a key that is a list', '? - a\n: b\n', /has a key that is a list/, 1, 3],
  [
    'a merge key after a key that it has too',
    'a: b\nc: d\n<<: {a: e}\n',
    /has a merge key \(<<\) after/,
    3,
    1,
  ],
  ['such a merge key in flow style', 'a: {b: c, <<: {b: d}}\n', /after a key that it has too/, 1, 11],
  ['such a key with another text', 'yes: b\n<<: {true: c}\n', /after a key that it has too/, 2, 1],
  ['such a key of an alias', 'a: &x {b: c}\nd: {b: e, <<: *x}\n', /after a key that it has too/, 2, 11],
  ['such a key in a list', 'a: {b: c, <<: [{d: e}, {b: f}]}\n', /after a key that it has too/, 1, 11],
  [
    'such a key of a nested merge',
    'a: &x {<<: {b: c}}\nd: {b: e, <<: {f: g, <<: *x}}\n',
    /after a key that it has too/,
    2,
    11,
  ],
  [
    'a list of maps with merge keys',
    'a: &x {<<: {b: c}}\nd: {<<: [*x, {b: e}]}\n',
    /has a merge key \(<<\) with a list of maps that have merge keys/,
    2,
    5,
  ],
  ['a second merge key', 'a: {<<: {b: c}, <<: {d: e}}\n', /has a second merge key/, 1, 17],
  ['a quoted merge key', 'a: b\n"<<": {a: c}\n', /has a key << in quotes or with a tag/, 2, 1],
  ['a merge key with a tag', 'a: {! "<<": {b: c}}\n', /has a key << in quotes or with a tag/, 1, 7],
  [
    'a quoted merge key with a tag',
    'a: {!!merge "<<": {b: c}}\n',
    /has a key << in quotes or with a tag/,
    1,
    13,
  ],
  [
    'a tag with another meaning',
    '%TAG !! tag:example.com,2000:\n---\na: !!str b\n',
    /has a %TAG directive/,
    1,
    1,
  ],
]
for (const [title, text, message, line, column] of refused) {
  t.test(`${title} is refused`, async (t) => {
    const { diagnostics = [] } = parseSource(text)
    t.match(diagnostics[0]?.message, message)
    t.match(diagnostics[0]?.hint, /\.$/, 'there is a hint')
    t.strictSame(diagnostics[0]?.position, { line, column })
  })
}

t.test('every such place is reported, in the order of the text', async (t) => {
  const { diagnostics = [] } = parseSource('a: b # \u2028\nc: {?d: e}\nf: g\u202e\n')
  t.strictSame(
    diagnostics.map(({ position }) => position?.line),
    [1, 2, 3],
  )
})

const accepted: readonly (readonly [title: string, text: string, value: string])[] = [
  ['a bidirectional control in double quotes', 'a: "b\u202ec"\n', 'b\u202ec'],
  ['LINE SEPARATOR in JSON', '{"a": "b\u2028c"}', 'b\u2028c'],
  ['escapes of line ends', 'a: "b\\L\\u2029\\x85c"\n', 'b\u2028\u2029\u0085c'],
  ['a pair of escapes in JSON', '{"a": "\\ud83d\\ude00"}', '\u{1f600}'],
  ['an escaped backslash before u', 'a: "\\\\ud83d"\n', '\\ud83d'],
  ['such an escape outside of double quotes', "a: '\\ud83d'\n", '\\ud83d'],
  ['a question mark in block style', 'a: ?b\n', '?b'],
  ['a question mark in the middle of flow style', 'b: {c: d?e}\na: f\n', 'f'],
  ['a document behind an end and a marker', 'a: b\n...\n---\nc: d\n', 'b'],
  ['a value that is an alias or in base64', 'c: &d !!binary Yg==\na: *d\n', 'b'],
  ['a percent sign behind an exclamation mark', 'a: "!b 100%"\n', '!b 100%'],
  ['a merge key before its keys', '<<: {a: c, d: e}\na: b\n', 'b'],
  ['a merge key after other keys', 'c: d\n<<: {a: b}\n', 'b'],
  ['a merge of a map with a merge key', 'c: &x {<<: {a: d}, a: b}\n<<: *x\n', 'b'],
  ['a list of merges', '<<: [{a: b}, {a: c}]\n', 'b'],
  ['any other character', 'a: b\u00a0\u200bé\u{1f600}\n', 'b\u00a0\u200bé\u{1f600}'],
]
for (const [title, text, value] of accepted) {
  t.test(`${title} is read`, async (t) => {
    const [document] = parseSource(text).value ?? []
    const node = document && lookUp(document.root, 'a')
    t.equal(node && toValue(node), value, parseSource(text).diagnostics?.[0]?.message ?? 'it is read')
  })
}
