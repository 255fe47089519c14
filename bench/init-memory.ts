// The peak memory of init, and of the Go program of bench:init, by the bytes of the values that they fetch, their files in memory included: of a
// cgroup of its own. It needs root on Linux. Prints a table, and draws docs/plots/init-memory.svg.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAnnotationsFile } from '../api/pod/annotations-file.ts'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'
import { initFlags } from '../scripts/bundle.ts'
import { findCommand } from '../scripts/tools/installed.ts'
import { goProgram } from './go-program.ts'
import { lineChart } from './line-chart.ts'

const mebibyte = 2 ** 20
const valueBytes = 8192
/** The most is what a pod may declare. */
const counts = [1, 10, 100, 1024]
const init = [process.execPath, ...initFlags, join(import.meta.dirname, '../dist/init')]
const go = findCommand('go')
const goFetch =
  go && (await goProgram(go, 'fetch-parameters', (line) => void process.stderr.write(`${line}\n`)))
const programs = [
  ...['properties', 'json', 'files'].map((format) => ({ title: `init, ${format}`, command: init, format })),
  ...(goFetch === undefined ? [] : [{ title: 'Go, properties', command: [goFetch], format: 'properties' }]),
]
/** A folder in memory, as the volume of the secrets is. */
const folder = mkdtempSync('/dev/shm/kees-init-memory-')
const path = (name: string) => join(folder, name)
const isVersion2 = existsSync('/sys/fs/cgroup/cgroup.controllers')

const server = await startFakeSsm()
try {
  const rows: { readonly count: number; readonly peaks: readonly number[] }[] = []
  for (const count of counts) {
    const names = Array.from({ length: count }, (_, index) => `p${index}`)
    for (const name of names) server.put(`/${name}`, 'x'.repeat(valueBytes))
    const declared = names.map(
      (name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD'] as const,
    )
    writeFileSync(path('annotations'), formatAnnotationsFile(declared))
    const peaks = []
    for (const { command, format } of programs) peaks.push(await peakOf(command, format))
    rows.push({ count, peaks })
  }
  const head = ['values', ...programs.map(({ title }) => title)]
  const cells = rows.map(({ count, peaks }) => [
    `${count.toLocaleString('en')} of ${valueBytes} bytes: ${((count * valueBytes) / mebibyte).toFixed(2)} MiB`,
    ...peaks.map((peak) => `${peak.toFixed(0)} MiB`),
  ])
  for (const row of [head, head.map(() => '---'), ...cells]) process.stdout.write(`| ${row.join(' | ')} |\n`)
  const plot = lineChart({
    title: 'Peak memory of init by the number of values of 8 KiB',
    x: { label: 'values', scale: 'logarithmic', format: (count) => count.toLocaleString('en') },
    y: { label: 'MiB', scale: 'logarithmic', format: (value) => String(Number(value.toPrecision(1))) },
    lines: programs.map(({ title, command }, index) => ({
      name: title,
      colour: command === init ? index : 0,
      peer: command !== init,
      points: rows.map(({ count, peaks }): [number, number] => [count, peaks[index] ?? 0]),
    })),
  })
  writeFileSync(join(import.meta.dirname, '../docs/plots/init-memory.svg'), plot)
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}

async function peakOf(command: readonly string[], format: string): Promise<number> {
  const cgroup = join('/sys/fs/cgroup', isVersion2 ? '' : 'memory', `kees-init-memory-${process.pid}`)
  mkdirSync(cgroup)
  mkdirSync(path('secret'))
  const env = {
    PATH: process.env['PATH'],
    ANNOTATIONS_FILE: path('annotations'),
    SECRETS_FILE: path('secret/secret'),
    FORMAT: format,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: server.endpoint,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'fakesecret',
  }
  const enter = 'echo $$ > "$0/cgroup.procs"; exec "$@"'
  const child = spawn('sh', ['-c', enter, cgroup, ...command], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`the program ended with ${child.exitCode ?? child.signalCode}`)
  const peak = readFileSync(join(cgroup, isVersion2 ? 'memory.peak' : 'memory.max_usage_in_bytes'), 'utf8')
  rmSync(path('secret'), { recursive: true })
  await removeCgroup(cgroup)
  return Number(peak) / mebibyte
}

/** EBUSY: the kernel takes a moment until a process that has ended is gone. */
async function removeCgroup(cgroup: string): Promise<void> {
  for (let left = 50; ; left--) {
    try {
      rmdirSync(cgroup)
      return
    } catch (error) {
      if (left === 0) throw error
      await sleep(100)
    }
  }
}
