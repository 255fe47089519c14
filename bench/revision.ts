import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The programs of a revision, built from a copy of it by its own scripts, with the packages of its own package-lock.json. They are kept for the next
 * run. @param root of the clone @param name such as HEAD^
 */
export function buildRevision(
  root: string,
  name: string,
  say: (line: string) => void,
): { readonly commit: string; readonly dist: string } {
  const commit = run(root, 'git', ['rev-parse', '--verify', '--end-of-options', `${name}^{commit}`]).trim()
  const folder = join(root, '.tap', 'revisions')
  const dist = join(folder, commit)
  if (existsSync(dist)) return { commit, dist }
  mkdirSync(folder, { recursive: true })
  const copy = mkdtempSync(join(folder, 'building-'))
  try {
    say(`${name}: building the programs of ${commit}`)
    run(root, 'git', ['archive', '-o', join(copy, 'copy.tar'), commit])
    run(copy, 'tar', ['-xf', 'copy.tar'])
    run(copy, 'npm', ['run', '--silent', 'build'])
    renameSync(join(copy, 'dist'), dist)
  } finally {
    rmSync(copy, { recursive: true })
  }
  return { commit, dist }
}

function run(cwd: string, command: string, args: readonly string[]): string {
  const env = { ...process.env, npm_config_prefer_offline: 'true' }
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')}: ${error?.message ?? stderr.trim()}`)
  return stdout
}
