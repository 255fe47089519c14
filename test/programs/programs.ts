import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { commandPatience, notEnded } from './not-ended.ts'
import { untapped } from './untapped.ts'

export const root = join(import.meta.dirname, '..', '..')
/** The programs that the tests run: KEES_TEST_PROGRAMS names a folder with others, such as the standalone executable. */
export const dist = process.env['KEES_TEST_PROGRAMS'] || join(root, 'dist')

export type Ran = { readonly stdout: string; readonly stderr: string; readonly status: number | null }

/** Runs a program to its end, with the built executables on the PATH. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Ran {
  const env = { ...process.env, ...options.env }
  const begun = Date.now()
  const { stdout, stderr, status, error } = spawnSync(...untapped(command, args), {
    cwd: options.cwd ?? root,
    input: options.input ?? '',
    env: { ...env, PATH: dist + delimiter + env.PATH },
    encoding: 'utf8',
    timeout: commandPatience,
    maxBuffer: 2 ** 26,
  })
  if (error && 'code' in error && error.code === 'ETIMEDOUT')
    throw notEnded(command, args, { stdout, stderr }, begun)
  if (error) throw error
  return { stdout, stderr, status }
}

/** The content of a golden file; UPDATE=1 replaces it by the output. */
export function golden(path: string, actual: string): string {
  if (process.env['UPDATE']) writeFileSync(path, actual)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}
