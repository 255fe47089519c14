// What the steps of action.yml have in common. They run on the runner's own Node, 20 or later: no packages, no TypeScript.
import { spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { isAbsolute } from 'node:path'

/** An error that the user of the action can mend. */
export class StepError extends Error {}

/**
 * Runs the step. A StepError becomes an annotation of the run.
 *
 * @param {() => number | Promise<number>} step returns the exit code
 */
export async function runStep(step) {
  try {
    process.exitCode = await step()
  } catch (error) {
    if (!(error instanceof StepError)) throw error
    workflowCommand('error', error.message)
    process.exitCode = 1
  }
}

/**
 * @param {'error' | 'warning' | 'notice'} command
 * @param {string} text
 */
export function workflowCommand(command, text) {
  const data = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  process.stdout.write(`::${command} title=kees::${data}\n`)
}

/**
 * @param {string} name of the input, as in action.yml
 * @returns {string} empty if it is not set
 */
export function input(name) {
  return process.env[`INPUT_${name.toUpperCase().replaceAll('-', '_')}`] ?? ''
}

/**
 * @template {string} T
 * @param {string} name
 * @param {readonly T[]} allowed
 * @returns {T}
 */
export function choiceInput(name, allowed) {
  const given = input(name)
  const found = allowed.find((one) => one === given)
  if (found === undefined)
    throw new StepError(`input ${name} is ${JSON.stringify(given)}: allowed are ${allowed.join(', ')}`)
  return found
}

/**
 * A path that no program takes for a flag, or for standard input.
 *
 * @param {string} name of an input
 * @returns {string | undefined} undefined if it is not set
 */
export function pathInput(name) {
  const path = input(name)
  if (path === '') return undefined
  return isAbsolute(path) ? path : `./${path.replace(/^(?:\.\/+)+/, '')}`
}

/** @returns {string} the identifier of the comment, which is part of a file name and of the hidden marker */
export function commentId() {
  const id = input('comment-id')
  if (!/^[\w.-]{1,64}$/.test(id))
    throw new StepError(
      `input comment-id is ${JSON.stringify(id)}: allowed are 1 to 64 letters, digits, ".", "_" and "-"`,
    )
  return id
}

/**
 * Runs kees with its errors on the log.
 *
 * @param {readonly string[]} args
 * @returns {{ readonly status: number, readonly stdout: string }}
 */
export function runKees(args) {
  const { status, stdout, error } = spawnSync(input('kees'), args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (error) throw new StepError(`kees cannot be run: ${error.message}`)
  return { status: status ?? 1, stdout }
}

/**
 * For later steps.
 *
 * @param {string} name
 * @param {string} value on one line
 */
export function setOutput(name, value) {
  if (/[\r\n]/.test(value)) throw new StepError(`${name} must be on one line: ${JSON.stringify(value)}`)
  appendFileSync(process.env['GITHUB_OUTPUT'] ?? '/dev/null', `${name}=${value}\n`)
}
