/** The built creator as a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { eventually } from '../programs/eventually.ts'
import { dist } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

export type LogLine = Readonly<Record<string, unknown>>

export type CreatorProcess = {
  readonly pid: number
  /** Every line that it logged so far. */
  readonly log: readonly LogLine[]
  /** Of /healthz, /readyz, /metrics. */
  readonly get: (path: string) => Promise<{ readonly status: number; readonly text: string }>
  readonly signal: (signal: NodeJS.Signals) => void
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** Ends it, however it is. */
  readonly kill: () => Promise<void>
}

/** @param name without the prefix of the creator's metrics. */
export async function gaugeOf(creator: CreatorProcess, name: string): Promise<number> {
  const { text } = await creator.get('/metrics')
  return Number(new RegExp(`^kees_creator_${name} (.+)$`, 'm').exec(text)?.[1])
}

/** Stops creators that have nothing more to do: all that they began is done then. @returns their exit codes. */
export async function stopIdle(creators: readonly CreatorProcess[]): Promise<readonly unknown[]> {
  for (const creator of creators) {
    await eventually('its work queue is empty', async () => (await gaugeOf(creator, 'queue_depth')) === 0)
    creator.signal('SIGTERM')
  }
  return Promise.all(creators.map(({ ended }) => ended))
}

/**
 * Returns when it listens. @param env beside the PATH; LISTEN is a free port of loopback. @param by a command that starts
 * the program that its last argument will name. @param creator another version.
 */
export async function startCreator(
  env: Readonly<Record<string, string>>,
  by: readonly string[] = [],
  creator: string = join(dist, 'creator'),
): Promise<CreatorProcess> {
  const [first = creator, ...more] = by
  const [program, args] = untapped(first, first === creator ? [] : [...more, creator])
  const child = spawn(program, args, {
    env: { PATH: process.env['PATH'], LISTEN: '127.0.0.1:0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode)
  const log: LogLine[] = []
  const listening = Promise.withResolvers<string>()
  createInterface({ input: child.stderr }).on('line', (text) => {
    const line: LogLine = text.startsWith('{') ? JSON.parse(text) : { text }
    log.push(line)
    if (line['message'] === 'watching') listening.resolve(String(line['listen']))
  })
  void ended.then((code) => {
    listening.reject(
      new Error(`the creator ended with ${code}:\n${log.map((one) => JSON.stringify(one)).join('\n')}`),
    )
  })
  const address = await listening.promise
  return {
    pid: child.pid ?? 0,
    log,
    get: async (path) => {
      const response = await fetch(`http://${address}${path}`)
      return { status: response.status, text: await response.text() }
    },
    signal: (signal) => void child.kill(signal),
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
