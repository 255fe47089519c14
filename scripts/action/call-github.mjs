import { setTimeout as sleep } from 'node:timers/promises'
import { input } from './step.mjs'

/** GitHub refused a call, or did not answer. */
export class GitHubError extends Error {
  /**
   * @param {string} message
   * @param {number} [status] of HTTP
   */
  constructor(message, status) {
    super(message)
    this.status = status
  }
}

/**
 * One call of GitHub's REST API. Calls that are safe to repeat are tried three times.
 *
 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
 * @param {string} path
 * @param {unknown} [content]
 * @returns {Promise<any>} the answer
 */
export async function callGitHub(method, path, content) {
  const tries = method === 'POST' ? 1 : 3
  for (let count = 1; ; count++) {
    try {
      return await callOnce(method, path, content)
    } catch (error) {
      const isPassing = error instanceof GitHubError && (error.status === undefined || error.status >= 500)
      if (!isPassing || count === tries) throw error
      await sleep(1000 * count)
    }
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} content
 */
async function callOnce(method, path, content) {
  const address = `${process.env['GITHUB_API_URL'] ?? 'https://api.github.com'}${path}`
  const what = `${method} ${path.split('?')[0]}`
  let response
  let text
  try {
    response = await fetch(address, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(30_000),
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${input('token')}`,
        'x-github-api-version': '2022-11-28',
        'user-agent': 'kees',
      },
      ...(content === undefined ? {} : { body: JSON.stringify(content) }),
    })
    text = await response.text()
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    throw new GitHubError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (!response.ok)
    throw new GitHubError(`${what}: HTTP ${response.status} ${messageOf(text)}`, response.status)
  return text === '' ? undefined : JSON.parse(text)
}

/** @param {string} text of the answer; that of a proxy may be anything */
function messageOf(text) {
  try {
    const { message } = JSON.parse(text)
    return typeof message === 'string' ? message.slice(0, 300) : ''
  } catch {
    return ''
  }
}
