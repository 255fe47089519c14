/** Runs one test file in its own process, or several in one, and returns tap's counts. */
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { runCommand } from '../run-command.mjs'
import { readTotals, type TapTotals } from '../results/tap-results.ts'
import type { FileResult } from './unit-files.ts'

const root = join(import.meta.dirname, '..', '..')
/** For a process that hangs: more than any file's own time-out. */
const longest = 40 * 60_000

/** @param log a file for the output of the process. @param onExit called when the process has ended. */
export async function runTestFile(
  file: string,
  command: readonly string[],
  log: string,
  env: NodeJS.ProcessEnv,
  onExit: () => void = () => {},
): Promise<FileResult> {
  mkdirSync(dirname(log), { recursive: true })
  const output = openSync(log, 'w')
  const [program = 'node', ...args] = command
  const { code, signal } = await runCommand(program, args, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: { ...env, NODE_COMPILE_CACHE: join(root, '.tap', 'compile-cache'), TAP_TIMEOUT: '0' },
    timeout: longest,
    onExit,
  })
  closeSync(output)
  const text = readFileSync(log, 'utf8')
  const passed = code === 0 && totalsOf(text).total > 0
  const ended = passed ? '' : `the process ended with ${signal ?? `exit code ${code}`}\n`
  return { file, passed, text: `${text}${ended}` }
}

/** The sum of what the processes counted. */
function totalsOf(text: string): TapTotals {
  const lines = text.match(/^# \{ total: \d+.* \}$/gm) ?? []
  const sum = { total: 0, passed: 0, failed: 0, skipped: 0 }
  for (const one of lines.map(readTotals)) {
    sum.total += one.total
    sum.passed += one.passed
    sum.failed += one.failed
    sum.skipped += one.skipped
  }
  return sum
}

/** The report of a run, as tap would write it of files that it ran itself. */
export function formatReport(results: readonly FileResult[]): string {
  const sum = totalsOf(results.map(({ text }) => text).join('\n'))
  // A process that crashed may have counted no failure.
  const uncounted = results.filter(({ text, passed }) => !passed && totalsOf(text).failed === 0).length
  const subtests = results.map(({ file, passed, text }, index) => {
    const lines = text.trimEnd().replaceAll(/^/gm, '    ')
    return `# Subtest: ${file}\n${lines}\n${passed ? '' : 'not '}ok ${index + 1} - ${file}\n`
  })
  const total = sum.total + uncounted
  const failed = sum.failed + uncounted
  const counts = [
    `total: ${total}`,
    `pass: ${sum.passed}`,
    ...(failed > 0 ? [`fail: ${failed}`] : []),
    ...(sum.skipped > 0 ? [`skip: ${sum.skipped}`] : []),
  ]
  return `TAP version 14\n${subtests.join('\n')}\n1..${results.length}\n# { ${counts.join(', ')} }\n`
}
