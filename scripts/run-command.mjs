import { spawn } from 'node:child_process'

/** @typedef {{ readonly code: number | null, readonly signal: NodeJS.Signals | null }} Ended */

/**
 * Runs a command to its end. A signal to this process goes to the command, which decides what becomes of it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {object} [options]
 * @param {import('node:child_process').StdioOptions} [options.stdio] inherited unless told
 * @param {(chunk: Buffer) => void} [options.onOutput] what comes from those of stdout and stderr that are pipes
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {number} [options.timeout] in milliseconds, after which the command is killed
 * @returns {Promise<Ended>}
 */
export function runCommand(
  command,
  args,
  { stdio = 'inherit', onOutput = () => {}, cwd, env, timeout } = {},
) {
  return new Promise((resolve, reject) => {
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // A terminal's Ctrl-C has reached the command already: a second one would make it give up its own clean-up.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
    // Before there is a command: a signal in between would end this process alone. Node tells of it after the spawn.
    for (const signal of signals) process.on(signal, forward)
    const child = spawn(command, args, {
      stdio,
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
    })
    child.stdout?.on('data', onOutput)
    child.stderr?.on('data', onOutput)
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
