/** What the tests of shared processes use in place of tap prints the same TAP, and judges the same. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import t, { type Test } from 'tap'
import { strict } from 'tcompare'
import { compareStrictly } from '../../scripts/tests/in-process/compare.ts'
import { runUnitFiles } from '../../scripts/tests/unit-files.ts'

t.setTimeout(600_000)

const passing = `import t from 'tap'
t.before(async () => {})
t.beforeEach(async (t) => void t.ok(true, 'before each'))
t.test('a # and a \\\\', async (t) => {
  t.ok(true)
  t.notOk(0, '')
  t.equal(1, 1, 'one\\nor two\\tor three')
  t.not(1, 2)
  t.match('abc', /b/)
  t.match({ a: 1, b: 'xyz' }, { b: 'y' })
  t.notMatch('a', /b/)
  t.same([1], ['1'])
  t.notSame(1, 2)
  t.strictSame({ a: [1] }, { a: [1] })
  t.has({ a: 1, b: 2 }, { a: 1 })
  t.type('x', 'string')
  t.throws(() => { throw new TypeError('abc') }, { name: 'TypeError' })
  t.throws(() => { throw new TypeError('abc') }, /abc/, 'an expression')
  t.doesNotThrow(() => {})
  await t.rejects(Promise.reject(new Error('abc')))
  await t.rejects(async () => { throw new Error('abc') }, { message: 'abc' }, 'an object')
  await t.resolves(Promise.resolve(1))
  t.pass()
})
t.test('none', async () => {})
t.test('not here', { skip: 'no reason' }, async () => {})
t.test('not there', { skip: true }, async () => {})
t.test('outside', async (t) => {
  await t.test('inside', (t) => void setTimeout(() => t.end(), 1))
  t.test('and another', async (t) => void t.ok(1))
  t.equal(1, 1, 'after it')
})
t.comment('in between')
`

/** With the message and the diagnostics of each. */
const failing = `import t from 'tap'
t.test('fails', async (t) => {
  t.ok(false)
  t.notOk(1, 'is not')
  t.equal(1, 2, 'two')
  t.equal('a\\nb', 'a\\nc')
  t.equal({ a: 1 }, { a: 1 })
  t.equal({ a: 1 }, { a: 2 })
  t.not(1, 1)
  t.same([1], [2])
  t.notSame({ a: 1 }, { a: 1 })
  t.strictSame({ a: [1] }, { a: ['1'] }, 'line\\nby line')
  t.has({ a: 1 }, { a: 2 })
  t.match('abc', /x/)
  t.match({ a: { b: 1 } }, { a: { b: String } })
  t.notMatch('abc', /b/)
  t.type(1, 'string')
  t.fail('no')
  t.throws(() => {})
  t.throws(() => { throw new Error('abc') }, /x/)
  t.doesNotThrow(() => { throw new Error('abc') })
  await t.rejects(async () => {}, 'is to reject')
  await t.resolves(Promise.reject(new Error('abc')))
  await t.rejects(Promise.reject(new TypeError('abc')), { message: 'abd' }, 'like that')
})
t.equal(1, 3, 'in between')
t.test('throws', async (t) => { t.ok(1); throw new TypeError('thrown') })
t.test('throws at once', (t) => { t.ok(1); throw new TypeError('thrown') })
t.test('throws a text', async () => { throw 'abc' })
t.test('has a cause', async () => { throw new Error('outer', { cause: new Error('inner') }) })
t.test('outside', async (t) => {
  await t.test('inside', async (t) => void t.ok(false, 'deep'))
})
`

async function run(t: Test, source: string): Promise<{ readonly passed: boolean; readonly text: string }> {
  const file = join(t.testdir({ 'a.test.ts': source }), 'a.test.ts')
  const [result] = await runUnitFiles([file])
  return result ?? { passed: true, text: 'no result' }
}

/** By tap itself, which counts for nothing here. */
function runByTap(t: Test, source: string): string {
  const file = join(t.testdir({ 'a.test.ts': source }), 'a.test.ts')
  return spawnSync('node', [file], { encoding: 'utf8' }).stdout
}

const withoutTime = (text: string) => text.replaceAll(/ # time=.*/g, '')
/** Of a file in a shared process. */
const own = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('    '))
    .map((line) => line.slice(4))
const words =
  /^ *((not )?ok |# Subtest|1\.\.|[-+]|lineNumber|note|compare|found|wanted|doNotWant|message|type)/
/** The lines that do not depend on how the function was called, sorted between one result and the next. */
function essence(lines: readonly string[]): readonly (readonly string[])[] {
  const results: string[][] = []
  for (const line of lines.filter((one) => words.test(one) && !one.includes('typeName'))) {
    if (/^ *(not )?ok /.test(line)) results.push([line])
    else results.at(-1)?.push(line.trim())
  }
  return results.map(([result = '', ...details]) => [result, ...details.toSorted()])
}

t.test('a file that passes has the TAP of tap', async (t) => {
  const byTap = withoutTime(runByTap(t, passing)).split('\n').slice(1)
  const { passed, text } = await run(t, passing)
  t.ok(passed, text)
  t.strictSame(
    own(withoutTime(text)),
    byTap.slice(0, byTap.findLastIndex((line) => line.startsWith('1..')) + 1),
  )
  const results = text.match(/^ *ok \d+ - .*\n(?! *\n)/gm) ?? []
  const skipped = 2
  t.match(text, `# { total: ${results.length}, pass: ${results.length - skipped}, skip: ${skipped} }`)
})

t.test('failures have the messages and the diagnostics of tap', async (t) => {
  const byTap = withoutTime(runByTap(t, failing)).split('\n')
  const { passed, text } = await run(t, failing)
  t.notOk(passed)
  const lines = essence(own(withoutTime(text)))
  t.ok(lines.length > 30, text)
  t.strictSame(lines, essence(byTap))
  t.notMatch(text, /scripts\/tests\//, 'no frames of its own')
})

const moments: readonly (readonly [title: string, source: string, expected: RegExp])[] = [
  [
    'an error that nothing catches fails the test that runs',
    `t.test('first', async () => {
      setTimeout(() => { throw new Error('late') }, 1)
      await new Promise((done) => setTimeout(done, 100))
    })`,
    /^ {4}# Subtest: first\n {8}not ok 1 - late\n[^]*\n {4}not ok 1 - first .*\n[^]*\n {4}ok 2 - last /m,
  ],
  [
    'so does a promise that nothing waits for',
    `t.test('first', async () => {
      void Promise.reject(new Error('late'))
      await new Promise((done) => setTimeout(done, 100))
    })`,
    /^ {4}# Subtest: first\n {8}not ok 1 - late\n[^]*\n {4}not ok 1 - first .*\n[^]*\n {4}ok 2 - last /m,
  ],
  [
    'an assertion after the end fails the file',
    `t.test('first', async (t) => void setTimeout(() => t.ok(true, 'meant'), 1))
     t.test('second', async () => new Promise((done) => setTimeout(done, 100)))`,
    /^ {4}not ok 4 - an assertion after the end of the test: meant$/m,
  ],
  [
    'an error of a teardown fails the test',
    `t.test('first', async (t) => {
      t.teardown(() => { throw new Error('torn') })
      t.ok(true)
    })`,
    /^ {8}not ok 2 - torn\n[^]*\n {4}not ok 1 - first .*\n[^]*\n {4}ok 2 - last /m,
  ],
  [
    'if the preparation fails, no test begins',
    `t.before(async () => { throw new Error('not ready') })`,
    /^# Subtest: .*\n {4}not ok 1 - not ready\n(?![^]*# Subtest: last)/m,
  ],
  [
    'at the time limit, the test that runs fails, and no other begins',
    `t.setTimeout(50)
     t.test('first', async () => new Promise((done) => setTimeout(done, 60_000).unref()))
     const alive = setInterval(() => {}, 10)
     t.teardown(() => clearInterval(alive))`,
    /^ {8}not ok 1 - timeout!\n[^]*\n {4}not ok 1 - first .*\n(?![^]*# Subtest: last)/m,
  ],
]
for (const [title, source, expected] of moments) {
  t.test(title, async (t) => {
    const last = `\nt.test('last', async (t) => void t.ok(true))\n`
    const { passed, text } = await run(t, `import t from 'tap'\n${source}${last}`)
    t.notOk(passed)
    t.match(text, expected)
  })
}

t.test('hooks, tests and the folder come and go in order', async (t) => {
  const { passed, text } = await run(
    t,
    `import t from 'tap'
import { deepEqual } from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
const said = []
t.teardown(() => deepEqual(said, ['before', 'each', 'one', 'second', 'first', 'after', 'each', 'two', 'after', false, 'after']))
t.before(async () => void said.push('before'))
t.beforeEach(async () => void said.push('each'))
t.afterEach(async () => void said.push('after'))
let folder = ''
t.test('one', async (t) => {
  said.push('one')
  folder = t.testdir({ a: 'x', b: { c: Buffer.from('y') }, link: t.fixture('symlink', 'a') })
  t.equal(readFileSync(folder + '/link', 'utf8') + readFileSync(folder + '/b/c', 'utf8'), 'xy')
  writeFileSync(folder + '/more', '')
  t.teardown(() => said.push(existsSync(folder) && 'first'))
  t.teardown(async () => said.push('second'))
  process.chdir(folder)
})
t.test('two', async (t) => {
  said.push('two')
  process.chdir(import.meta.dirname + '/..')
  process.chdir(${JSON.stringify(process.cwd())})
})
t.test('the folder is gone', async () => {
  said[said.length - 1] = existsSync(folder)
})
`,
  )
  t.ok(passed, text)
})

t.test('what Node compares as equal, tap does too', async (t) => {
  const value = fc.anything({ withDate: true, withMap: true, withSet: true })
  fc.assert(
    fc.property(value, fc.clone(value, 2), (one, [left, right]) => {
      t.equal(compareStrictly(left, right).match, strict(left, right).match)
      t.equal(compareStrictly(one, left).match, strict(one, left).match)
    }),
  )
})
