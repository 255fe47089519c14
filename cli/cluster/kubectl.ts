/** The command kubectl, with the kubeconfig, the plugins for credentials and the version that its user has. */
import { execFile } from 'node:child_process'
import type { Env } from '../../api/settings/env.ts'
import type { Kubectl } from '../flags/command.ts'

/** In milliseconds; a plugin for credentials may never end. */
const timeout = 30_000
const maxBuffer = 64 * 1024 * 1024

export function kubectlOf(env: Env): Kubectl {
  return (args) =>
    new Promise((resolve) => {
      const child = execFile('kubectl', args, { env, timeout, maxBuffer }, (error, stdout, stderr) => {
        const { code } = error ?? { code: 0 }
        if (code === 'ENOENT') resolve({ isMissing: true })
        // Killed by the timeout or for too much output, the status is not a number.
        else if (typeof code === 'number') resolve({ status: code, stdout, stderr })
        else resolve({ status: 1, stdout: '', stderr: unfinished(code) })
      })
      child.stdin?.end()
    })
}

function unfinished(code: string | null | undefined): string {
  return code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER'
    ? `the output is larger than ${maxBuffer / 2 ** 20} MiB`
    : `no answer within ${timeout / 1000} s`
}
