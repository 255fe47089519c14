/** Runs test files in one process, as far as that goes: one-process.ts. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../run-command.mjs'
import { splitSubtests } from './subtests.ts'

export type FileResult = { readonly file: string; readonly passed: boolean; readonly text: string }

const root = join(import.meta.dirname, '..', '..')
const script = join(import.meta.dirname, './one-process.ts')
/** For a process that does not notice itself that it hangs. */
const longest = 40 * 60_000

type Options = {
  /** A command that runs the one that follows it. */
  readonly by?: readonly string[]
  /** For each file. */
  readonly minutes?: number
}

/** @param onExit called when a process has ended. */
export async function runUnitFiles(
  files: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  onExit: () => void = () => {},
  options: Options = {},
): Promise<readonly FileResult[]> {
  const results: FileResult[] = []
  for (let left = files; left.length > 0;) {
    const ran = await runProcess(left, env, onExit, options)
    results.push(...ran)
    // A file that ended its process, or left something behind in it, is the last that has a result.
    left = left.filter((file) => !ran.some((one) => one.file === file))
  }
  return results
}

async function runProcess(
  files: readonly string[],
  env: NodeJS.ProcessEnv,
  onExit: () => void,
  { by = [], minutes = 5 }: Options,
): Promise<readonly FileResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kees-unit-'))
  const log = join(folder, 'log')
  // A file, unlike a pipe, has all that was printed when the process crashes, in order.
  const output = openSync(log, 'w')
  const [program = 'node', ...args] = [...by, 'node', script, String(minutes), ...files]
  const { code, signal } = await runCommand(program, args, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: { ...env, NODE_COMPILE_CACHE: join(root, '.tap', 'compile-cache') },
    timeout: longest,
    onExit,
  })
  closeSync(output)
  const text = readFileSync(log, 'utf8')
  rmSync(folder, { recursive: true })
  const ended = `the process ended with ${signal ?? `exit code ${code}`}`
  const begun = splitSubtests(text)
  if (begun.length === 0) {
    return files.map((file) => ({ file, passed: false, text: `${text}${ended} before this file\n` }))
  }
  const isFailed = begun.some(({ passed }) => passed === false)
  return begun.map(({ name, text: own, passed }, index) => {
    const isLast = index === begun.length - 1
    const isCause = passed === undefined || (isLast && code !== 0 && !isFailed)
    return { file: name, passed: passed === true && !isCause, text: isCause ? `${own}${ended}\n` : own }
  })
}
