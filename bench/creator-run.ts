/** Runs the built creator as a process and measures it from outside, with the values that Linux reports for it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

export type CreatorRun = {
  /** @returns the seconds since the start. */
  readonly until: (what: string, done: () => Promise<boolean>) => Promise<number>
  readonly gauge: (name: string) => Promise<number>
  /** In bytes, since the start. */
  readonly peak: () => number
  /** In bytes, now. */
  readonly resident: () => number
  /** User and system, of all threads. */
  readonly cpuSeconds: () => number
  /** How often a thread went on after it had waited, since the start. */
  readonly wakeUps: () => number
  readonly kill: () => Promise<void>
}

const creator = join(import.meta.dirname, '..', 'dist', 'creator')
const patience = 180_000
/** The unit of times in /proc/<pid>/stat, on every Linux that Node supports. */
const ticksPerSecond = 100

export async function startCreatorRun(env: Readonly<Record<string, string>>): Promise<CreatorRun> {
  const begun = performance.now()
  // Run it as an executable, because its first line sets the options of Node.
  const child = spawn(creator, [], {
    env: { PATH: process.env['PATH'], LISTEN: '127.0.0.1:0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'close')
  const said: string[] = []
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      const [, listen] = /"message":"watching".*"listen":"([^"]+)"/.exec(line) ?? []
      if (listen !== undefined) resolve(listen)
    })
    void ended.then(() => reject(new Error(`the creator ended:\n${said.join('\n')}`)))
  })
  const status = () => readFileSync(`/proc/${child.pid}/status`, 'utf8')
  const bytesOf = (key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status())?.[1]) * 1024
  return {
    until: async (what, done) => {
      for (const start = performance.now(); performance.now() - start < patience; await sleep(50)) {
        if (child.exitCode !== null) break
        if (await done()) return (performance.now() - begun) / 1000
      }
      throw new Error(`waited in vain until ${what}; the creator says:\n${said.slice(-20).join('\n')}`)
    },
    gauge: async (name) => {
      const text = await (await fetch(`http://${address}/metrics`)).text()
      return Number(new RegExp(`^kees_creator_${name} (\\S+)$`, 'm').exec(text)?.[1] ?? NaN)
    },
    peak: () => bytesOf('VmHWM'),
    resident: () => bytesOf('VmRSS'),
    cpuSeconds: () => {
      const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ')
      return (Number(stat[11]) + Number(stat[12])) / ticksPerSecond
    },
    wakeUps: () => {
      const tasks = `/proc/${child.pid}/task`
      const waits = readdirSync(tasks).map((task) =>
        Number(
          /^voluntary_ctxt_switches:\s+(\d+)$/m.exec(readFileSync(join(tasks, task, 'status'), 'utf8'))?.[1],
        ),
      )
      return waits.reduce((sum, one) => sum + one, 0)
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
