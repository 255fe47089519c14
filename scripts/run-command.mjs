import { spawn } from 'node:child_process'

/** @typedef {{ readonly code: number | null, readonly signal: NodeJS.Signals | null }} Ended */

/**
 * Runs a command to its end. Signals to this process are forwarded to the command.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {import('node:child_process').StdioOptions} [options.stdio] inherited by default
 * @param {(chunk: Buffer) => void} [options.onOutput] what comes from those of stdout and stderr that are pipes
 * @param {() => void} [options.onExit] called when the command has ended; its output may still be read
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeout] in milliseconds, after which the command is killed
 * @returns {Promise<Ended>}
 */
export function runCommand(
  command,
  args,
  { stdio = 'inherit', onOutput = () => {}, onExit = () => {}, cwd, env, timeout } = {},
) {
  return new Promise((resolve, reject) => {
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // Ctrl-C in a terminal reaches the command itself: a second signal would interrupt its clean-up.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
    // Before the spawn: a signal right after it would end only this process.
    for (const signal of signals) process.on(signal, forward)
    const child = spawn(command, args, {
      stdio,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
    })
    child.stdout?.on('data', onOutput)
    child.stderr?.on('data', onOutput)
    child.on('exit', () => onExit())
    const ended = () => {
      for (const signal of signals) process.off(signal, forward)
    }
    child.on('error', (error) => {
      ended()
      reject(error)
    })
    child.on('close', (code, signal) => {
      ended()
      resolve({ code, signal })
    })
  })
}

/**
 * Ends this process as the command ended.
 *
 * @param {Ended} ended
 */
export function endLike({ code, signal }) {
  if (signal) process.kill(process.pid, signal)
  else process.exitCode = code ?? 1
}
