import { isAbsolute, normalize, relative, resolve, sep } from 'node:path'
import type { Env } from '../../api/settings/env.ts'

/**
 * The file of a result as the programs that read reports look for it. On a runner of GitHub that is below the workspace, wherever the step runs.
 *
 * @param file as the user named it. @returns undefined for standard input.
 */
export function reportedFile(file: string | undefined, env: Env): string | undefined {
  if (file === undefined || file === 'STDIN') return undefined
  const workspace = env['GITHUB_WORKSPACE'] ?? ''
  const below = isAbsolute(workspace) ? relative(workspace, resolve(file)) : ''
  const isBelow = below !== '' && below !== '..' && !below.startsWith(`..${sep}`) && !isAbsolute(below)
  return (isBelow ? below : normalize(file)).split(sep).join('/')
}
