// Measures what init costs that stays in a pod (--refresh): its memory after many rounds back to back. Prints a table. Linux only.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { bundle } from '../scripts/bundle.ts'
import { putParameters, writeInitInputs } from './init-inputs.ts'
import { machine } from './machine.ts'
import { memoryFolder } from './memory-folder.ts'

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
  return spawn(process.execPath, [join(folder, 'init')], { env, stdio: 'inherit' })
})
try {
  const [first] = children
  const head = ['rounds', 'RSS', 'PSS', 'private', 'sockets']
  process.stdout.write(`${machine()}\n\n| ${head.join(' | ')} |\n| ${head.map(() => '---').join(' | ')} |\n`)
  for (const share of [0.01, 0.1, 0.25, 0.5, 0.75, 1]) {
    const wanted = Math.ceil(rounds * share)
    while (server.calls.length < wanted * callsPerRound * pods) {
      if (first === undefined || first.exitCode !== null) throw new Error('init has ended')
      await sleep(50)
    }
    process.stdout.write(`| ${[wanted, ...figuresOf(first?.pid ?? 0)].join(' | ')} |\n`)
  }
} finally {
  for (const child of children) child.kill()
  await server.stop()
  for (const folder of folders) rmSync(folder, { recursive: true })
}

function figuresOf(pid: number): string[] {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const of = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(rollup)?.[1] ?? Number.NaN)
  const sockets = readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')
    } catch {
      return false
    }
  })
  const megabytes = [of('Rss'), of('Pss'), of('Private_Clean') + of('Private_Dirty')]
  return [
    ...megabytes.map((kilobytes) => `${((kilobytes * 1024) / 1e6).toFixed(1)} MB`),
    String(sockets.length),
  ]
}
