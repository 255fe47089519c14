// Measures what init costs that stays in a pod (--refresh): its memory after many rounds back to back. Prints a table, and draws
// docs/plots/refresh-memory.svg. Linux only.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { bundle, initFlags } from '../scripts/bundle.ts'
import { putParameters, writeInitInputs } from './init-inputs.ts'
import { machine } from './machine.ts'
import { memoryFolder } from './memory-folder.ts'
import { formatRefreshMemory, plotRefreshMemory, type RefreshSample } from './refresh-memory.ts'

/** A day of refreshes each minute. */
const rounds = Number(process.env['ROUNDS'] ?? 1440)
/** Of 25 parameters. */
const callsPerRound = 3
/** One more shares its pages, as on a node with many pods. */
const pods = 2

const server = await startFakeSsm()
putParameters(server.put)
const folders = Array.from({ length: pods }, () => mkdtempSync(join(memoryFolder(), 'kees-refresh-')))
const entryPoint = 'bench/refresh-back-to-back.ts'
const { text } = await bundle({ name: 'refresh-back-to-back', entryPoint, runs: 'in pods' })
const children = folders.map((folder) => {
  writeFileSync(join(folder, 'init'), text)
  const env = { ...writeInitInputs(folder).environment(server.endpoint), LISTEN: 'off' }
  return spawn(process.execPath, [...initFlags, join(folder, 'init')], { env, stdio: 'inherit' })
})
try {
  const [first] = children
  const samples: RefreshSample[] = []
  for (const round of sampledRounds(rounds)) {
    while (server.calls.length < round * callsPerRound * pods) {
      if (first === undefined || first.exitCode !== null) throw new Error('init has ended')
      await sleep(20)
    }
    samples.push({ round, ...figuresOf(first?.pid ?? 0) })
  }
  process.stdout.write(`${machine()}\n\n${formatRefreshMemory(samples)}`)
  writeFileSync(join(import.meta.dirname, '../docs/plots/refresh-memory.svg'), plotRefreshMemory(samples))
} finally {
  for (const child of children) child.kill()
  await server.stop()
  for (const folder of folders) rmSync(folder, { recursive: true })
}

/** The first is when the program has done everything once. */
function sampledRounds(last: number): readonly number[] {
  const even = Array.from({ length: 60 }, (_, index) => Math.ceil((last * (index + 1)) / 60))
  return [15, ...even.filter((round) => round > 15)]
}

function figuresOf(pid: number): Omit<RefreshSample, 'round'> {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const bytes = (name: string) =>
    1024 * Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1] ?? Number.NaN)
  const sockets = readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')
    } catch {
      return false
    }
  })
  return {
    rss: bytes('Rss'),
    pss: bytes('Pss'),
    own: bytes('Private_Clean') + bytes('Private_Dirty'),
    sockets: sockets.length,
  }
}
