// All checks of a change: docs/development.md. Steps that need no tools run while the tools are built, and each test file as
// soon as its tools are installed. A failed step does not stop the others. Arguments select test files by a part of their
// path; --long runs the full version of all.
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { findValues } from './results/find-values.ts'
import { runCommand } from './run-command.mjs'
import { parseTap } from './results/tap-results.ts'
import {
  type Duration,
  formatDuration,
  formatMostExpensive,
  laneOf,
  longestFirst,
  readDurations,
  writeDurations,
} from './tests/durations.ts'
import { parseClaims, unprovenClaims } from './tests/claims.ts'
import { endOnSignal } from './tests/end-on-signal.ts'
import { changedFiles, effortVariables, longNow, unitChanged, unitVariables } from './tests/long-tests.ts'
import { goVariables } from './tools/go-install.ts'
import { neededTools, toolNames } from './tests/needed-tools.ts'
import { ProcessorTime } from './tests/processor-time.ts'
import { removeRunImages } from './tests/remove-run-images.ts'
import { type Job, runJobs } from './tests/run-jobs.ts'
import { sharedProcessOf } from './tests/shared-process.ts'
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
const env = {
  // API servers, Terraform's providers and other Go programs of tests allocate much and end soon: with Go's default, a quarter
  // of their processor time is for the collection of garbage.
  GOGC: '400',
  ...process.env,
  // Nothing of AWS is asked here, and each program that a test starts would read the certificates.
  AWS_CA_BUNDLE: undefined,
  KEES_TEST_RECORD: record,
  [runVariable]: String(process.pid),
}
const changed = changedFiles(root)
const filesInFull = longNow(changed)
const start = Date.now()
const failed: string[] = []
/** Of the jobs of this run. */
const durations = new Map<string, Duration>()
const durationsFile = join(tap, 'durations.json')
const known = readDurations(durationsFile)
const processorTime = new ProcessorTime()
const results: FileResult[] = []

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

type Outcome = { readonly passed: boolean; readonly output: string }

/** Measures the work, and prints its output only if it fails. @param work calls the function when a process has ended. */
async function measure(title: string, work: (onExit: () => void) => Promise<Outcome>, remark = '') {
  const begun = Date.now()
  let processor = 0
  const { passed, output } = await work(() => (processor += processorTime.take()))
  const duration = { wall: (Date.now() - begun) / 1000, processor }
  durations.set(title, duration)
  say(`${passed ? 'ok' : 'FAILED'}  ${formatDuration(duration)}  ${title}${remark}`)
  if (passed) return
  failed.push(title)
  say(output)
}

const step = (title: string, ...command: readonly [string, ...string[]]): Job => ({
  title,
  lane: 'tests',
  needs: [],
  run: () =>
    measure(title, async (onExit) => {
      const output: Buffer[] = []
      const [program = '', ...args] = [...yielding, ...command]
      const { code } = await runCommand(program, args, {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        onOutput: (chunk: Buffer) => output.push(chunk),
        onExit,
        // Linter and compiler of TypeScript are Go programs too. Some commands colour their output when CI is set.
        env: { ...process.env, ...goVariables, NO_COLOR: '1' },
      })
      return { passed: code === 0, output: Buffer.concat(output).toString() }
    }),
})

const npm = (title: string, script: string): Job => step(title, 'npm', 'run', '--silent', script)

/** Their go.mod has Kubernetes' version of each module that both have, so that half of their packages are compiled when it is built. */
const afterKubernetes: ReadonlySet<string> = new Set(['helm', 'registry'])

const tool = (name: string): Job => ({
  ...step(`tool ${name}`, 'node', 'scripts/fetch-tools.ts', name),
  lane: 'tools',
  needs: afterKubernetes.has(name) && needed.has('Kubernetes') ? ['tool Kubernetes'] : [],
})

/** Where that is not the usual. */
const inFullRemark = (inFull: boolean) => (inFull && !isLong ? ' (in full)' : '')

/**
 * cosign takes longer to build than all other tools, promtool, Helm 4 and OpenTofu as long as most; only full tests run pre-commit. They are
 * installed only with --long.
 */
const onlyLong: ReadonlySet<string> = new Set(['cosign', 'promtool', 'Helm 4', 'OpenTofu', 'pre-commit'])
const toolsOf = (file: string) => neededTools(root, file).filter((name) => isLong || !onlyLong.has(name))

/**
 * What computes leaves the processors to what waits: servers that wait use processor time for as long as they run, and the tests on the
 * node, one after the other, are the longest way through the run.
 */
const yielding = ['nice', '-n', '10']

const byOf = (title: string) => (laneOf(title) === 'tests' ? yielding : [])

const commandOf = (file: string) => [
  ...byOf(file),
  'node',
  '--import',
  './scripts/tests/without-promise-hooks.ts',
  file,
]

function testFile(file: string, title = file, command = commandOf(file)): Job {
  const log = join(tap, 'tests', `${file.replaceAll('/', '-')}.tap`)
  return {
    title,
    lane: laneOf(title),
    needs: ['build', ...toolsOf(file).map((name) => `tool ${name}`)],
    run: async () => {
      // Without the executables there is nothing to test.
      if (failed.includes('build')) return
      const inFull = isLong || command.some((one) => filesInFull.has(one))
      const work = async (onExit: () => void) => {
        const variables = { ...env, ...effortVariables(inFull) }
        const result = await runTestFile(file, command, log, variables, onExit)
        results.push(result)
        return { passed: result.passed, output: onlyFailures(result.text) }
      }
      await measure(title, work, inFullRemark(inFull))
    },
  }
}

function sharedProcess(title: string, some: readonly string[]): Job {
  return {
    title,
    lane: laneOf(title),
    needs: ['build', ...new Set(some.flatMap(toolsOf).map((name) => `tool ${name}`))],
    run: async () => {
      if (failed.includes('build')) return
      const variables = { ...env, ...effortVariables(isLong) }
      await measure(title, (onExit) =>
        outcomeOf(runUnitFiles(some, variables, onExit, { by: byOf(title), minutes: 20 })),
      )
    },
  }
}

async function outcomeOf(running: Promise<readonly FileResult[]>): Promise<Outcome> {
  const all = await running
  results.push(...all)
  const wrong = all.filter(({ passed }) => !passed).map(({ text }) => onlyFailures(text))
  return { passed: wrong.length === 0, output: wrong.join('\n') }
}

function unitFiles(folder: string, files: readonly string[]): Job {
  const title = `unit tests of ${folder}/`
  const isChanged = unitChanged(folder, changed)
  const variables = { ...env, ...unitVariables(isLong, isChanged) }
  const work = (onExit: () => void) => outcomeOf(runUnitFiles(files, variables, onExit))
  return {
    title,
    lane: 'tests',
    needs: [],
    run: () => measure(title, work, isChanged && !isLong ? ' (changed)' : ''),
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

/** In a run of all tests, those that docs/security.md names have passed. */
function claimsAreProven(): void {
  if (pieces.length > 0) return
  const unproven = unprovenClaims(parseClaims(readFileSync(join(root, 'docs/security.md'), 'utf8')), results)
  const skipped = parseTap(formatReport(results)).skipped.length > 0
  for (const { file, title } of unproven)
    say(`docs/security.md: "${title}" of ${file} did not pass in this run`)
  // A machine that lacks tools proves less: .ci/run judges what may be skipped.
  if (unproven.length > 0 && !skipped) failed.push('the claims of docs/security.md')
}

const isChosen = (file: string) => pieces.length === 0 || pieces.some((piece) => file.includes(piece))
const chosen = (pattern: string) => globSync(pattern, { cwd: root }).filter(isChosen).toSorted()
const all = chosen('test/**/*.test.ts')
/** These share one Kubernetes node. */
const onNode = all.filter((file) => file.startsWith('test/node/'))
const byProcess = Map.groupBy(
  all.filter((file) => !onNode.includes(file)),
  (file) => (filesInFull.has(file) ? undefined : sharedProcessOf(file)),
)
const unit = Map.groupBy(
  chosen('{api,functions,runtime,cli}/**/*.test.ts'),
  (file) => file.split('/')[0] ?? '',
)

const [anyOnNode = ''] = onNode
const nodeTests: Job = {
  ...testFile(anyOnNode, 'test/node/', [
    'node',
    'test/node/with-node.ts',
    'node',
    'scripts/tests/one-process.ts',
    '30',
    ...onNode,
  ]),
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
    ...longestFirst(
      [
        npm('formatting', 'format:check'),
        npm('lint', 'lint'),
        npm('types', 'types'),
        ...[...unit].map(([folder, some]) => unitFiles(folder, some)),
        ...(onNode.length > 0 ? [nodeTests] : []),
        ...[...byProcess].flatMap(([title, some]) =>
          title === undefined ? [] : [sharedProcess(title, some)],
        ),
        ...(byProcess.get(undefined) ?? []).map((file) => testFile(file)),
      ],
      known,
    ),
  ],
  // Two tests more than the processors, because a test waits for half of its time. With one more, a sixth of the processors' time
  // was left over.
  { tools: 2, tests: availableParallelism() + 2, waiting: 3 },
)
writeFileSync(report, formatReport(results))
writeDurations(durationsFile, known, durations)
await removeRunImages()
noValueIsShown()
claimsAreProven()
const { totals, skipped } = parseTap(formatReport(results))
for (const reason of new Set(skipped.map((one) => one.reason))) say(`skipped: ${reason}`)
const counts = `${totals?.passed ?? 0} passed, ${totals?.failed ?? 0} failed, ${totals?.skipped ?? 0} skipped`
say(`the most processor time:\n${formatMostExpensive(durations, 10).trimEnd()}`)
const [wall, processor] = [(Date.now() - start) / 1000, processorTime.total]
say(`${counts} in ${Math.round(wall)} s, with ${(processor / 60).toFixed(1)} minutes of processor time`)
if (failed.length > 0) {
  say(`failed: ${failed.join(', ')}`)
  process.exitCode = 1
}
