/** Test files that share a process: each has its own result, even if one of them ends the process. */
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { onlyFailures } from '../../scripts/tests/subtests.ts'
import { runUnitFiles } from '../../scripts/tests/unit-files.ts'

t.setTimeout(1_200_000)

const good = `import t from 'tap'
t.test('is right', async (t) => void t.ok(true))
`

/** Runs the sources, each between two good files, and returns their results. */
async function runBetween(t: Test, sources: readonly string[]) {
  const files = [good, ...sources.flatMap((source) => [source, good])].map(
    (source, index) => [`${String(index).padStart(2, '0')}.test.ts`, source] as const,
  )
  const folder = t.testdir(Object.fromEntries(files))
  const paths = files.map(([name]) => join(folder, name))
  const results = await runUnitFiles(paths)
  t.strictSame(
    results.map(({ file }) => file),
    paths,
  )
  for (const [index, { passed, text }] of results.entries()) if (index % 2 === 0) t.ok(passed, text)
  return results.filter((_, index) => index % 2 === 1)
}

const failing: readonly (readonly [title: string, source: string, expected: RegExp])[] = [
  [
    'has a test that fails',
    `${good}t.test('is wrong', async (t) => void t.equal(1, 2))\n`,
    /not ok 2 - is wrong/,
  ],
  ['cannot be imported', `import './absent.ts'\n`, /ERR_MODULE_NOT_FOUND|Cannot find module/],
  ['is no TypeScript', 'const = 1\n', /not ok \d+ - .*05\.test\.ts/],
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
t.test('a file that fails is named, and the others run', async (t) => {
  const results = await runBetween(
    t,
    failing.map(([, source]) => source),
  )
  for (const [index, [title, , expected]] of failing.entries()) {
    const { passed, text = '' } = results[index] ?? {}
    t.equal(passed, false, title)
    t.match(text, expected, title)
    t.match(onlyFailures(text), expected, title)
  }
})

t.test('what a file sets up for its tests ends with it', async (t) => {
  const [result] = await runBetween(t, [
    `${good}
t.before(() => (process.env.FOR_TESTS = 'x'))
t.teardown(() => delete process.env.FOR_TESTS)
t.test('has it', async (t) => void t.equal(process.env.FOR_TESTS, 'x'))
`,
  ])
  t.ok(result?.passed, result?.text ?? 'absent')
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
