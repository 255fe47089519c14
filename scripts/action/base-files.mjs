import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { StepError } from './step.mjs'

const hint = 'set fetch-depth: 2 for actions/checkout and no ref, or set input old'

/**
 * Writes the files of the branch that the pull request goes into: the first parent of the merge commit that GitHub checks out.
 * No hook of git runs.
 *
 * @param {string} folder a new one, for the files
 * @param {readonly string[]} paths of files and folders
 * @returns {(string | undefined)[]} where each is now; undefined if that branch does not have it
 */
export function baseFiles(folder, paths) {
  const [commit, , second] = git(['rev-list', '--parents', '--max-count=1', 'HEAD']).trim().split(' ')
  if (commit !== process.env['GITHUB_SHA'] || second === undefined)
    throw new StepError(`the commit ${commit} is not the merge commit of the pull request: ${hint}`)
  const prefix = git(['rev-parse', '--show-prefix']).replace(/\n$/, '')
  const index = { GIT_INDEX_FILE: join(folder, 'index'), GIT_LITERAL_PATHSPECS: '1' }
  git(['read-tree', 'HEAD^1'], index)
  const files = git(['ls-files', '-z', '--', ...paths], index)
  const target = join(folder, 'old')
  git(['checkout-index', '-z', '--stdin', `--prefix=${target}/`], index, files)
  return paths.map((path) => {
    const found = join(target, prefix, relative('.', path))
    return existsSync(found) ? found : undefined
  })
}

/**
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [env]
 * @param {string} [stdin]
 */
function git(args, env = {}, stdin = '') {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    env: { ...process.env, ...env },
    input: stdin,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (error) throw new StepError(`git cannot be run: ${error.message}`)
  if (status !== 0) throw new StepError(`git ${args[0]} failed: ${stderr.trim()}\n${hint}`)
  return stdout
}
