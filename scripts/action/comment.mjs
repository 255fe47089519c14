// Shows the difference in the one comment of the pull request that this action has made, and makes it if there is something to show.
import { readFileSync } from 'node:fs'
import { boundedTable } from './bounded-table.mjs'
import { callGitHub, GitHubError } from './call-github.mjs'
import { commentId, input, runStep, StepError, workflowCommand } from './step.mjs'

/** GitHub takes 65,536 characters. */
const mostInComment = 60_000
/** Of 100 comments each. */
const mostPages = 50
const noComment =
  'The difference is in the summary of the job, not in a comment. For a comment, the job needs "permissions: pull-requests: write"; GitHub does not grant it for pull requests of forks and of Dependabot'

await runStep(async () => {
  const id = commentId()
  const { pull_request: pullRequest } = JSON.parse(
    readFileSync(process.env['GITHUB_EVENT_PATH'] ?? '', 'utf8'),
  )
  const { number } = pullRequest
  const [repository, marker] = [`/repos/${process.env['GITHUB_REPOSITORY']}`, `<!-- kees diff ${id} -->`]
  const text = boundedTable(readFileSync(input('file'), 'utf8'), mostInComment)
  const body = `${marker}\n### ${id}: who gains and who loses access\n\n${text}\nCommit ${pullRequest.head.sha}\n`
  try {
    const [first, ...more] = await ownComments(`${repository}/issues/${number}/comments`, marker)
    if (first !== undefined) await callGitHub('PATCH', `${repository}/issues/comments/${first}`, { body })
    else if (input('changed') === 'true')
      await callGitHub('POST', `${repository}/issues/${number}/comments`, { body })
    // Of two runs at the same time, each may have made one.
    for (const one of more) await callGitHub('DELETE', `${repository}/issues/comments/${one}`)
  } catch (error) {
    if (!(error instanceof GitHubError)) throw error
    if (error.status !== 403) throw new StepError(error.message)
    workflowCommand('warning', `${error.message}\n${noComment}`)
  }
  return 0
})

/**
 * Those that begin with the marker and were written by the owner of the token: whoever may comment can copy the marker.
 *
 * @param {string} path
 * @param {string} marker
 * @returns {Promise<number[]>} their numbers, the oldest first
 */
async function ownComments(path, marker) {
  const author = input('comment-author')
  const own = []
  for (let page = 1; page <= mostPages; page++) {
    const comments = await callGitHub('GET', `${path}?per_page=100&page=${page}`)
    if (!Array.isArray(comments)) throw new StepError('GitHub did not answer with a list of comments')
    for (const { id, user, body } of comments)
      if (user?.login === author && typeof body === 'string' && body.startsWith(marker)) own.push(id)
    if (comments.length < 100) return own
  }
  throw new StepError(`the pull request has more than ${mostPages * 100} comments`)
}
