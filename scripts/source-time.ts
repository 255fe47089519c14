import { execFileSync } from 'node:child_process'
import { findCommand } from './installed.ts'

/**
 * The time that what is made from these sources has, in seconds since 1970: SOURCE_DATE_EPOCH
 * (https://reproducible-builds.org/specs/source-date-epoch/), else that of the commit. Throws where there is neither.
 */
export function sourceTime(root: string, given = process.env['SOURCE_DATE_EPOCH']): number {
  const time = given ?? gitSays(root, 'log', '-1', '--format=%ct') ?? ''
  if (/^\d+$/.test(time)) return Number(time)
  throw new Error('SOURCE_DATE_EPOCH takes seconds since 1970, and here git tells no time')
}

/** Nothing where there is no git or no commit. */
export function gitSays(root: string, ...args: readonly string[]): string | undefined {
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
