// The peak memory of init by the bytes of the values that it fetches, its files in memory included: of a cgroup of its own. It
// needs root on Linux. Prints a table.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatAnnotationsFile } from '../api/pod/annotations-file.ts'
import { startFakeSsm } from '../runtime/fake-ssm/server.ts'

const mebibyte = 2 ** 20
const valueBytes = 8192
const counts = [1, 128, 512, 1024]
const formats = ['properties', 'json', 'files']
/** A folder in memory, as the volume of the secrets is. */
const folder = mkdtempSync('/dev/shm/kees-init-memory-')
const path = (name: string) => join(folder, name)
const isVersion2 = existsSync('/sys/fs/cgroup/cgroup.controllers')

const server = await startFakeSsm()
try {
  process.stdout.write(`| values | ${formats.join(' | ')} |\n|---|${'---|'.repeat(formats.length)}\n`)
  for (const count of counts) {
    const names = Array.from({ length: count }, (_, index) => `p${index}`)
    for (const name of names) server.put(`/${name}`, 'x'.repeat(valueBytes))
    const declared = names.map(
      (name) => [`secret.bsycorp.com/${name}`, 'kind=REFERENCE,type=PASSWORD'] as const,
    )
    writeFileSync(path('annotations'), formatAnnotationsFile(declared))
    const peaks = []
    for (const format of formats) peaks.push(`${(await peakOf(format)).toFixed(0)} MiB`)
    const total = ((count * valueBytes) / mebibyte).toFixed(2)
    process.stdout.write(`| ${count} of ${valueBytes} bytes: ${total} MiB | ${peaks.join(' | ')} |\n`)
  }
} finally {
  await server.stop()
  rmSync(folder, { recursive: true })
}

async function peakOf(format: string): Promise<number> {
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
  const init = [process.execPath, join(import.meta.dirname, '../dist/init')]
  const enter = 'echo $$ > "$0/cgroup.procs"; exec "$@"'
  const child = spawn('sh', ['-c', enter, cgroup, ...init], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`init ended with ${child.exitCode ?? child.signalCode}`)
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
