// All checks of a change: docs/development.md. Steps that need no tools run while the tools are built, and each test file as
// soon as its tools are installed. A failed step does not stop the others. Arguments select test files by a part of their
// path; --long runs the full version of all.
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { findValues } from './find-values.ts'
import { runCommand } from './run-command.mjs'
import { parseTap } from './tap-results.ts'
import { endOnSignal } from './tests/end-on-signal.ts'
import { longNow } from './tests/long-tests.ts'
import { neededTools, toolNames } from './tests/needed-tools.ts'
import { removeRunImages } from './tests/remove-run-images.ts'
import { type Job, runJobs } from './tests/run-jobs.ts'
import { onlyFailures } from './tests/subtests.ts'
import { formatReport, runTestFile } from './tests/test-file.ts'
import { runVariable } from './tests/test-images.ts'
import { type FileResult, runUnitFiles } from './tests/unit-files.ts'

const root = join(import.meta.dirname, '..')
const tap = join(root, '.tap')
const report = join(tap, 'output.tap')
/** The folder in which test/programs/record-output.cjs records the output of the programs that tests start. */
const record = join(tap, 'record')
const pieces = process.argv.slice(2).filter((one) => one !== '--long')
const isLong = process.argv.includes('--long')
const env = { ...process.env, KEES_TEST_RECORD: record, [runVariable]: String(process.pid) }
const inFull = longNow(root, isLong)
const start = Date.now()
const failed: string[] = []
const results: FileResult[] = []

/** The slowest test files, which are started first. */
const first = ['creator/pages', 'creator/people', 'docs/install', 'iam/stability-moto', 'iam/terraform-moto']

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

function done(title: string, ok: boolean, begun: number, output: string): void {
  say(`${ok ? 'ok' : 'FAILED'}  ${((Date.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${title}`)
  if (ok) return
  failed.push(title)
  say(output)
}

/** Prints the output of the command only if it fails. */
const step = (title: string, ...command: readonly [string, ...string[]]): Job => ({
  title,
  lane: 'tests',
  needs: [],
  run: async () => {
    const begun = Date.now()
    const output: Buffer[] = []
    const [program, ...args] = command
    const { code } = await runCommand(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      onOutput: (chunk: Buffer) => output.push(chunk),
      // Some commands colour their output when CI is set.
      env: { ...process.env, NO_COLOR: '1' },
    })
    done(title, code === 0, begun, Buffer.concat(output).toString())
  },
})

const npm = (title: string, script: string): Job => step(title, 'npm', 'run', '--silent', script)

const tool = (name: string): Job => ({
  ...step(`tool ${name}`, 'node', 'scripts/fetch-tools.ts', name),
  lane: 'tools',
})

/** cosign only signs releases, and takes longer to build than all other tools: it is built only with --long. */
const toolsOf = (file: string) => neededTools(root, file).filter((name) => isLong || name !== 'cosign')

function testFile(file: string, command: readonly string[] = ['node', file]): Job {
  const log = join(tap, 'tests', `${file.replaceAll('/', '-')}.tap`)
  return {
    title: file,
    lane: 'tests',
    needs: ['build', ...toolsOf(file).map((name) => `tool ${name}`)],
    run: async () => {
      // Without the executables there is nothing to test.
      if (failed.includes('build')) return
      const begun = Date.now()
      const how = inFull.has(file) || isLong ? { KEES_TEST_LONG: '1' } : {}
      const result = await runTestFile(file, command, log, { ...env, ...how })
      results.push(result)
      done(`${file}${inFull.has(file) ? ' (in full)' : ''}`, result.passed, begun, onlyFailures(result.text))
    },
  }
}

function unitFiles(folder: string, files: readonly string[]): Job {
  return {
    title: `unit tests of ${folder}/`,
    lane: 'tests',
    needs: [],
    run: async () => {
      const begun = Date.now()
      const all = await runUnitFiles(files, env)
      results.push(...all)
      const wrong = all.filter(({ passed }) => !passed).map(({ text }) => onlyFailures(text))
      done(`unit tests of ${folder}/`, wrong.length === 0, begun, wrong.join('\n'))
    },
  }
}

/** The last test: no program that the tests started has printed a secret value. */
function noValueIsShown(): void {
  // The output of tests that share a process is between their results; titles are not output.
  const texts = results.map(({ file, text }) => [
    file,
    text.replace(/^ *(not )?ok .*$|^ *# Subtest: .*$/gm, ''),
  ])
  const { programs, values, leaks } = findValues(record, Object.fromEntries(texts))
  say(`secret values in the output of ${programs} programs, which had ${values} values: ${leaks.length}`)
  for (const leak of leaks) say(`secret value found in .tap/record/${leak}`)
  if (leaks.length > 0 || (pieces.length === 0 && (programs < 100 || values < 100))) {
    failed.push('secret values in the output')
  }
}

const isChosen = (file: string) => pieces.length === 0 || pieces.some((piece) => file.includes(piece))
const chosen = (pattern: string) => globSync(pattern, { cwd: root }).filter(isChosen).toSorted()
const rank = (file: string) =>
  (first.findIndex((piece) => file.includes(piece)) + first.length + 1) % (first.length + 1)
const all = chosen('test/**/*.test.ts').toSorted((a, b) => rank(a) - rank(b))
/** These share one Kubernetes node. */
const onNode = all.filter((file) => file.startsWith('test/node/'))
const files = all.filter((file) => !onNode.includes(file))
const unit = Map.groupBy(
  chosen('{api,functions,runtime,cli}/**/*.test.ts'),
  (file) => file.split('/')[0] ?? '',
)

const [anyOnNode = ''] = onNode
const nodeTests: Job = {
  ...testFile(anyOnNode, [
    'node',
    'test/node/with-node.ts',
    'node',
    'scripts/tests/one-process.ts',
    '30',
    ...onNode,
  ]),
  title: 'test/node/',
  needs: ['build', ...new Set(onNode.flatMap(toolsOf).map((name) => `tool ${name}`))],
}

endOnSignal()
mkdirSync(dirname(report), { recursive: true })
rmSync(report, { force: true })
rmSync(record, { recursive: true, force: true })
mkdirSync(record)
const needed = new Set(all.flatMap(toolsOf))
await runJobs(
  [
    ...toolNames.filter((name) => needed.has(name)).map(tool),
    npm('build', 'build'),
    npm('formatting', 'format:check'),
    npm('lint', 'lint'),
    npm('types', 'types'),
    ...[...unit].map(([folder, some]) => unitFiles(folder, some)),
    ...(onNode.length > 0 ? [nodeTests] : []),
    ...files.map((file) => testFile(file)),
  ],
  // Many tests mostly wait for servers.
  { tools: 2, tests: availableParallelism() + 1 },
)
writeFileSync(report, formatReport(results))
await removeRunImages()
noValueIsShown()
const { totals, skipped } = parseTap(formatReport(results))
for (const reason of new Set(skipped.map((one) => one.reason))) say(`skipped: ${reason}`)
const counts = `${totals?.passed ?? 0} passed, ${totals?.failed ?? 0} failed, ${totals?.skipped ?? 0} skipped`
say(`${counts} in ${Math.round((Date.now() - start) / 1000)} s`)
if (failed.length > 0) {
  say(`failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
