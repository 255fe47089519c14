/** Test files that share a process: each has its own result, even if one of them ends the process. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { onlyFailures } from '../../scripts/tests/subtests.ts'
import { runUnitFiles } from '../../scripts/tests/unit-files.ts'

t.setTimeout(1_200_000)

const good = `import t from 'tap'
t.test('is right', async (t) => void t.ok(true))
`

/** Between two good files. */
async function runBetween(t: Test, source: string) {
  const folder = t.testdir({ 'a.test.ts': good, 'b.test.ts': source, 'c.test.ts': good })
  const files = ['a', 'b', 'c'].map((name) => join(folder, `${name}.test.ts`))
  const results = await runUnitFiles(files)
  t.strictSame(
    results.map(({ file }) => file),
    files,
  )
  const [a, b, c] = results
  t.ok(a?.passed, a?.text ?? 'absent')
  t.ok(c?.passed, c?.text ?? 'absent')
  return { passed: b?.passed, text: b?.text ?? '' }
}

const failing: readonly (readonly [title: string, source: string, expected: RegExp])[] = [
  [
    'has a test that fails',
    `${good}t.test('is wrong', async (t) => void t.equal(1, 2))\n`,
    /not ok 2 - is wrong/,
  ],
  ['cannot be imported', `import './absent.ts'\n`, /ERR_MODULE_NOT_FOUND|Cannot find module/],
  ['is no TypeScript', 'const = 1\n', /not ok \d+ - .*b\.test\.ts/],
  [
    'throws outside a test',
    `${good}setTimeout(() => { throw new Error('out of nowhere') })\n`,
    /out of nowhere/,
  ],
  ['ends the process', `${good}process.exit(7)\n`, /test unfinished[^]*process\.exit\(7\)/],
  ['ends the process with success', `${good}process.exit(0)\n`, /test unfinished[^]*process\.exit\(0\)/],
  ['is killed', `${good}process.kill(process.pid, 'SIGKILL')\n`, /the process ended with SIGKILL/],
  ['leaves a variable', `${good}process.env.LEFT = 'x'\n`, /leaves behind: variable LEFT/],
  ['leaves another working directory', `${good}process.chdir('/')\n`, /leaves behind: working directory/],
  ['leaves a listener', `${good}process.on('SIGTERM', () => {})\n`, /leaves behind: listeners of SIGTERM/],
  [
    'leaves a server',
    `${good}import { createServer } from 'node:net'\ncreateServer().listen(0, '127.0.0.1')\n`,
    /leaves behind: open TCPServerWrap/,
  ],
]
for (const [title, source, expected] of failing) {
  t.test(`a file that ${title} fails by its name, and the others run`, async (t) => {
    const { passed, text } = await runBetween(t, source)
    t.equal(passed, false)
    t.match(text, expected)
    t.match(onlyFailures(text), expected)
  })
}

t.test('what a file sets up for its tests ends with it', async (t) => {
  const { passed, text } = await runBetween(
    t,
    `${good}
t.before(() => (process.env.FOR_TESTS = 'x'))
t.teardown(() => delete process.env.FOR_TESTS)
t.test('has it', async (t) => void t.equal(process.env.FOR_TESTS, 'x'))
`,
  )
  t.ok(passed, text)
})

t.test('of a failed file only the failed tests are printed', (t) => {
  const shown = onlyFailures(
    '# Subtest: a.test.ts\n    ok 1 - right\n    not ok 2 - wrong\n      ---\n      diff: x\n      ...\n    1..2\n' +
      'not ok 1 - a.test.ts # time=1ms\n  ---\n  at: the runner\n  ...\n\n',
  )
  t.equal(
    shown,
    '# Subtest: a.test.ts\n    not ok 2 - wrong\n      ---\n      diff: x\n      ...\nnot ok 1 - a.test.ts # time=1ms\n',
  )
  t.end()
})
