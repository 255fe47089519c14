// All that has to be right before a change lands. A step that fails does not keep the others from running, but
// without the executables there is nothing to test. The arguments go to tap.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findValues } from './find-values.ts'
import { runCommand } from './run-command.mjs'
import { parseTap } from './tap-results.ts'

const tapOutput = join(import.meta.dirname, '..', '.tap', 'output.tap')
/** Where the programs that tests start are recorded: test/programs/record-output.cjs. */
const recordFolder = join(import.meta.dirname, '..', '.tap', 'record')
const start = Date.now()
const failed: string[] = []

/** Shows what the step says only when it fails; `shown` is for one that may take minutes. */
async function step(title: string, command: readonly [string, ...string[]], shown = false): Promise<boolean> {
  const begun = Date.now()
  const output: Buffer[] = []
  say(`${title} … ${shown ? '\n' : ''}`)
  const [program, ...args] = command
  const ended = await runCommand(program, args, {
    stdio: shown ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk: Buffer) => output.push(chunk),
    // Some colour what they say as soon as there is a CI.
    env: { ...process.env, NO_COLOR: '1' },
  })
  const ok = ended.code === 0
  say(`${shown ? `${title}: ` : ''}${ok ? 'ok' : 'FAILED'}, ${((Date.now() - begun) / 1000).toFixed(1)} s\n`)
  if (!ok) {
    failed.push(title)
    say(Buffer.concat(output).toString())
  }
  return ok
}

/** On a terminal as tap shows it to people, else the whole TAP; either way it is kept for the totals. */
async function tests(): Promise<void> {
  say('tests …\n')
  // Test files that need a node of Kubernetes share one.
  const run = ['test/node/with-node.ts', 'tap', 'run', ...process.argv.slice(2)]
  const output: Buffer[] = []
  const env = { ...process.env, KEES_TEST_RECORD: recordFolder }
  const { code } = process.stdout.isTTY
    ? await runCommand('node', [...run, `--output-file=${tapOutput}`], { env })
    : await runCommand('node', [...run, '--reporter=tap'], {
        env,
        stdio: ['ignore', 'pipe', 'inherit'],
        onOutput: (chunk: Buffer) => {
          output.push(chunk)
          process.stdout.write(chunk)
        },
      })
  if (!process.stdout.isTTY) writeFileSync(tapOutput, Buffer.concat(output))
  if (code !== 0) failed.push('tests')
  const { totals, skipped } = parseTap(readFileSync(tapOutput, 'utf8'))
  for (const reason of new Set(skipped.map((one) => one.reason))) say(`skipped: ${reason}\n`)
  const seconds = Math.round((Date.now() - start) / 1000)
  say(
    `${totals?.passed ?? 0} passed, ${totals?.failed ?? 0} failed, ${totals?.skipped ?? 0} skipped in ${seconds} s\n`,
  )
}

/** The last test, of all the others: no program that they started ever showed a value. */
function noValueIsShown(): void {
  // What tests of one process print stands between their results; titles are the tests' own words.
  const between = readFileSync(tapOutput, 'utf8').replace(/^ *(not )?ok .*$|^ *# Subtest: .*$/gm, '')
  const { programs, values, leaks } = findValues(recordFolder, { 'output.tap': between })
  say(`values in what ${programs} programs said, of ${values} that they had: ${leaks.length}\n`)
  for (const leak of leaks) say(`a value is shown in .tap/record/${leak}\n`)
  const isWhole = process.argv.length === 2
  if (leaks.length > 0 || (isWhole && (programs < 100 || values < 100))) failed.push('no value is shown')
}

function say(text: string): void {
  process.stderr.write(text)
}

mkdirSync(dirname(tapOutput), { recursive: true })
rmSync(tapOutput, { force: true })
rmSync(recordFolder, { recursive: true, force: true })
mkdirSync(recordFolder)
await step('formatting', ['npm', 'run', '--silent', 'format:check'])
await step('lint', ['npm', 'run', '--silent', 'lint'])
await step('types', ['npm', 'run', '--silent', 'types'])
const built = await step('build', ['npm', 'run', '--silent', 'build'])
await step('tools', ['npm', 'run', '--silent', 'fetch-tools'], true)
if (built) {
  await tests()
  noValueIsShown()
}
if (failed.length > 0) {
  say(`failed: ${failed.join(', ')}\n`)
  process.exitCode = 1
}
