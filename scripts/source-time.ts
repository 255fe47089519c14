import { execFileSync } from 'node:child_process'
import { findCommand } from './tools/installed.ts'

/**
 * The time stamp of everything that is built from these sources, in seconds since 1970: SOURCE_DATE_EPOCH
 * (https://reproducible-builds.org/specs/source-date-epoch/), else the time of the commit. Throws if there is neither.
 */
export function sourceTime(root: string, given = process.env['SOURCE_DATE_EPOCH']): number {
  const time = given ?? gitOutput(root, 'log', '-1', '--format=%ct') ?? ''
  if (/^\d+$/.test(time)) return Number(time)
  throw new Error(
    'SOURCE_DATE_EPOCH must be a number of seconds since 1970: it is not, and there is no git commit to use instead',
  )
}

/** The output of a git command; undefined without git or without a commit. */
export function gitOutput(root: string, ...args: readonly string[]): string | undefined {
  if (findCommand('git') === undefined) return undefined
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return undefined
  }
}
