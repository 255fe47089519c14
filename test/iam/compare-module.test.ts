/** What `kees export --check` accepts as equal is equal to a reader of HCL too, for all changes of the committed file. */
import * as fc from 'fast-check'
import hcl from 'hcl2-json-parser'
import t from 'tap'
import { runs, share } from '../../api/test-effort.ts'
import { compareModule } from '../../functions/export-iam/terraform/compare-module.ts'
import { grantOf } from '../../functions/export-iam/grants/grant.ts'
import { renderModule } from '../../functions/export-iam/terraform/terraform.ts'

const role = (name: string, ...names: readonly string[]) => grantOf(name, { name }, names)
const committed = renderModule([role('app', '/a', '/b/c'), role('job', '/d')])
const policies = committed.get('policies.tf') ?? ''

/** What may be harmless, and what only looks as if it were. */
const pieces = [
  '',
  ' ',
  '\n',
  '\r',
  '\r\n',
  '\t',
  '\f',
  '\v',
  '\u00a0',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\0',
  '#',
  '# x\n',
  '//',
  '// x\n',
  '/* x */',
  '/*',
  '*/',
  '/**/',
  '# \u2028"/e",\n',
  '# \r"/e",\n',
  '/* */ "/e", /* */',
  '"',
  '"/e",',
  '"/*",',
  '${"x"}',
  '${',
  '}',
  '{',
  '[',
  ']',
  ',',
  '=',
  '\\',
  '\\"',
  '<<E\n/e\nE\n',
  '<<-E',
  '%{ if true }',
  '*',
  '\n"/e",\n',
  ', "/*"',
  '"/a" "/e"',
  'part2 = ["/e"]\n',
  '\n  "x" = {}\n',
  'true ? "/*" : ',
  'null',
  '0',
]
/** The parser gives back values of the grants, and of what follows the text of expressions, comments and all. */
const end = policies.indexOf('# One IAM policy document')
if (end < 0) throw new Error('where the grants end is not found')
const grants = policies.slice(0, end)
const places = [...grants.matchAll(/["\n,[\]{}=]/g)].map(({ index }) => index)
const edit = fc.record({
  at: fc.oneof(fc.constantFrom(...places), fc.nat(grants.length)),
  after: fc.nat(1),
  cut: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(3)),
  put: fc.constantFrom(...pieces),
})

async function read(text: string): Promise<string> {
  try {
    return JSON.stringify(await hcl.parseToObject(text))
  } catch {
    // terraform would refuse it too, so it grants nothing.
    return ''
  }
}

await t.test('what passes means the same', { timeout: 1_200_000 }, async (t) => {
  const expected = await read(policies)
  t.not(expected, '')
  let passed = 0
  const edits = fc.sample(fc.array(edit, { minLength: 1, maxLength: 2 }), { ...runs(1500), seed: 6 })
  for (const some of edits) {
    const changed = some.reduce(
      (text, { at, after, cut, put }) => text.slice(0, at + after) + put + text.slice(at + after + cut),
      policies,
    )
    if (changed === policies) continue
    if (compareModule(committed, new Map([...committed, ['policies.tf', changed]])).length > 0) continue
    passed++
    const found = await read(changed)
    if (found !== '' && found !== expected) t.fail(`${JSON.stringify(some)} passes and means something else`)
  }
  t.ok(passed > share(50), `${passed} pass`)
})
