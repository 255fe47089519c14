/** The fake API server and the attacker, each in a process of its own, so that neither delays who measures. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Attack } from './attacks.ts'

type ApiProcess = { readonly url: string; readonly kill: () => Promise<void> }

type AttackerProcess = {
  /** Returns when its pods are removed. */
  readonly stop: () => Promise<void>
  readonly kill: () => Promise<void>
}

export async function startApiProcess(): Promise<ApiProcess> {
  const { child, kill } = start('api.ts')
  const [url] = await once(child, 'message')
  return { url: String(url), kill }
}

export function startAttackerProcess(url: string, { name }: Attack): AttackerProcess {
  const { child, ended, kill } = start('attacker.ts', url, name)
  return {
    stop: async () => {
      child.send('stop')
      await ended
    },
    kill,
  }
}

function start(program: string, ...args: readonly string[]) {
  const child: ChildProcess = fork(join(import.meta.dirname, program), args)
  const ended = once(child, 'exit')
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  return { child, ended, kill }
}
