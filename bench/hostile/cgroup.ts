/** A cgroup with the limits of a container, v1 or v2. It needs root on Linux. */
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

type Cgroup = {
  /** A command that starts the program that its arguments name, in the cgroup. */
  readonly enter: readonly string[]
  readonly remove: () => Promise<void>
}

export type Limits = { readonly memoryBytes: number; readonly cpus: number }

const mount = '/sys/fs/cgroup'
const period = 100_000
/** Of a cgroup, against processes of priority 0 outside of it. */
const weight = 1024
/** From one priority to the next. */
const weightStep = 1.25

/** Against other processes, it has the priority of this process. @returns why there is none, where the machine does not allow it. */
export function makeCgroup(name: string, { memoryBytes, cpus }: Limits): Cgroup | string {
  const isVersion2 = existsSync(join(mount, 'cgroup.controllers'))
  const folders = isVersion2 ? [join(mount, name)] : ['memory', 'cpu'].map((one) => join(mount, one, name))
  const [memory = '', cpu = memory] = folders
  try {
    for (const folder of folders) mkdirSync(folder)
    if (isVersion2) {
      writeFileSync(join(memory, 'memory.max'), `${memoryBytes}`)
      writeFileSync(join(cpu, 'cpu.max'), `${cpus * period} ${period}`)
      writeFileSync(join(cpu, 'cpu.weight.nice'), `${getPriority()}`)
    } else {
      writeFileSync(join(memory, 'memory.limit_in_bytes'), `${memoryBytes}`)
      writeFileSync(join(cpu, 'cpu.cfs_period_us'), `${period}`)
      writeFileSync(join(cpu, 'cpu.cfs_quota_us'), `${cpus * period}`)
      writeFileSync(join(cpu, 'cpu.shares'), `${Math.round(weight / weightStep ** getPriority())}`)
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const joining = folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join(' && ')
  return {
    enter: ['sh', '-c', `${joining} && exec "$0" "$@"`],
    remove: async () => {
      for (const folder of folders) await removeWhenEmpty(folder)
    },
  }
}

/** EBUSY: the kernel takes a moment until a process that has ended is gone. */
async function removeWhenEmpty(folder: string): Promise<void> {
  for (let left = 50; ; left--) {
    try {
      return rmdirSync(folder)
    } catch (error) {
      if (left === 0) throw error
      await sleep(100)
    }
  }
}
