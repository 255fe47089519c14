/** What a node leaves on the machine when its processes are gone: cgroups and a folder. Its mounts and interfaces go with its namespaces. */
import { existsSync, globSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the folder of a node begins with; the process that supervises it follows. */
export const homePrefix = join(tmpdir(), 'kees-node-')

/** The cgroups of a node, those inside before those that hold them. */
export function cgroupsOf(home: string): string[] {
  // Of cgroup v1 one for each controller; where controllers share one, both names lead there.
  const name = basename(home)
  const tops = [`/sys/fs/cgroup/${name}`, ...globSync(`/sys/fs/cgroup/*/${name}`)].filter((one) =>
    existsSync(one),
  )
  return tops.flatMap((top) => [top, ...globSync(`${top}/**/*/`)]).toSorted((a, b) => b.length - a.length)
}

/** The processes that it had must be gone. */
export async function removeNode(home: string): Promise<void> {
  for (let left = 100; ; left--) {
    try {
      for (const cgroup of cgroupsOf(home)) rmdirSync(cgroup)
      rmSync(home, { recursive: true, force: true })
      return
    } catch (error) {
      // EBUSY: the kernel takes a moment to end what is in it.
      if (left === 0) throw error
      await sleep(100)
    }
  }
}

/** Removes what nodes left whose supervisor was killed. */
export async function removeLeftNodes(): Promise<void> {
  for (const home of globSync(`${homePrefix}*-*`)) {
    const [, supervisor = ''] = /kees-node-(\d+)-/.exec(home) ?? []
    if (!isSupervisor(supervisor)) await removeNode(home)
  }
}

function isSupervisor(processId: string): boolean {
  try {
    return readFileSync(`/proc/${processId}/cmdline`, 'utf8').includes('supervise.ts')
  } catch {
    // ENOENT: there is no such process.
    return false
  }
}
