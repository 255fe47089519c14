/** A program of others beside the node, in its network. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Test } from 'tap'
import { untapped } from '../programs/untapped.ts'
import type { Cluster } from './use-node.ts'

type Beside = {
  readonly processId: number
  /** The last that it printed on standard error. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

const keptLog = 2000

/** It ends with the test, and with this process, however that ends. @param args beside the flag `--kubeconfig`. */
export async function startBeside(
  t: Test,
  cluster: Cluster,
  command: string,
  args: readonly string[],
): Promise<Beside> {
  const kubeconfig = `--kubeconfig=${join(cluster.home ?? '', 'kubeconfig')}`
  const inNetwork = ['--pdeathsig=KILL', '--', ...cluster.enter, command, kubeconfig, ...args]
  const child = spawn(...untapped('setpriv', inNetwork), { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (chunk: Buffer) => (log = `${log}${chunk.toString()}`.slice(-keptLog)))
  const ended = once(child, 'close')
  const stop = async () => {
    child.kill('SIGKILL')
    await ended
  }
  t.teardown(stop)
  await once(child, 'spawn')
  return { processId: child.pid ?? 0, log: () => log, stop }
}
