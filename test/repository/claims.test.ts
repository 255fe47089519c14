import t from 'tap'
import { hasTitle, parseClaims, unprovenClaims } from '../../scripts/tests/claims.ts'

const claims = parseClaims('| a | b | `api/a.test.ts`: "one"; `api/b.test.ts`: "two # three" |\n`api/c.ts`')
t.strictSame(claims, [
  { file: 'api/a.test.ts', title: 'one' },
  { file: 'api/b.test.ts', title: 'two # three' },
])

const source =
  "t.test('one', f)\nt.equal(a, b, `${name} is refused: ${why}`)\nt.ok(x, `${title}`)\nt.ok(x, \"it's\")"
for (const title of ['one', 'a is refused: b', "it's"]) t.ok(hasTitle(source, title), title)
for (const title of ['two', 'is refused', 'one more']) t.notOk(hasTitle(source, title), title)

const shared =
  '# Subtest: api/a.test.ts\n    # Subtest: one\n    ok 1 - one # time=3ms\nok 1 - api/a.test.ts\n'
const own = 'ok 1 - two \\# three\n'
t.strictSame(
  unprovenClaims(claims, [
    { file: 'api/z.test.ts', passed: true, text: shared },
    { file: 'api/b.test.ts', passed: true, text: own },
  ]),
  [],
)
t.strictSame(
  unprovenClaims(claims, [
    { file: 'api/a.test.ts', passed: false, text: 'not ok 1 - one\nok 2 - one more\n' },
  ]),
  claims,
  'a test that failed, and one that did not run',
)
