import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { findCommand } from '../../scripts/tools/installed.ts'
import { cachedMotoPython } from '../../scripts/tools/tool-cache.ts'

/** For tap's `skip`. Where there is a Python and no moto, the tests run, and fail with a message that names the command to run. */
export const motoMissing = findCommand('python3') === undefined && 'needs the command python3'

export type Moto = {
  /** Such as `http://127.0.0.1:40925`: an AWS of its own, empty at first, that takes any credentials. */
  readonly endpoint: string
  /** Empties it. */
  readonly reset: () => Promise<void>
  readonly stop: () => Promise<void>
}

/**
 * The server ends with its standard input, so with this process, however that ends. Collecting garbage takes a third of the processor time of
 * its start; without it, the server takes 50 MB more, and 15 MB for 2,000 requests.
 */
const server = `
import gc, os, sys, threading
gc.disable()
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(['-H', '127.0.0.1', '-p', '0'])
`

export async function startMoto(): Promise<Moto> {
  const python = cachedMotoPython()
  if (python === undefined) throw new Error('moto is not installed yet: run "npm run fetch-tools"')
  const child = spawn(python, ['-c', server], { stdio: ['pipe', 'ignore', 'pipe'] })
  const ended = once(child, 'close')
  const endpoint = await whereItListens(child)
  const stop = async () => {
    child.stdin.end()
    await ended
  }
  const reset = async () => {
    const { status } = await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' })
    if (status !== 200) throw new Error(`moto answers a reset with ${status}`)
  }
  return { endpoint, reset, stop }
}

function whereItListens(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ''
    const onSaid = (chunk: Buffer) => {
      said += chunk.toString()
      const [, endpoint] = /Running on (http:\/\/127\.0\.0\.1:[0-9]+)/.exec(said) ?? []
      if (endpoint === undefined) return
      // From here on it prints a line for each request, which has to be read, or it would wait.
      child.stderr?.off('data', onSaid).resume()
      resolve(endpoint)
    }
    child.stderr?.on('data', onSaid)
    child.on('error', reject)
    child.on('close', () => reject(new Error(`moto ended before it listened:\n${said}`)))
  })
}
