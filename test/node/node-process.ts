/** A node that another process than the test has started, and what runs in its namespaces. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync, readlinkSync } from 'node:fs'
import type { Test } from 'tap'
import { untapped } from '../programs/untapped.ts'
import type { NodeAccess } from './start-node.ts'

type ProcessesOfNode = {
  readonly supervisor: number
  /** The first process of its namespaces. */
  readonly inside: number
  /** Its process namespace, such as `pid:[4026532345]`. */
  readonly space: string
}

type NodeInProcess = ProcessesOfNode & {
  readonly access: NodeAccess & { readonly home: string }
  /** What started it. */
  readonly child: ChildProcess
}

/** Starts a node in a process of its own, which stays. */
export async function startInProcess(t: Test): Promise<NodeInProcess> {
  const script = `
    import { startNode } from ${JSON.stringify(import.meta.resolve('./start-node.ts'))}
    process.stdout.write(JSON.stringify(await startNode()))
    setInterval(() => {}, 1000)`
  const child = spawn(...untapped(process.execPath, ['--input-type=module', '--eval', script]), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const [line]: unknown[] = await once(child.stdout, 'data')
  const access: NodeAccess & { readonly home: string } = JSON.parse(String(line))
  return { access, child, ...processesOfNode(access.home) }
}

export function processesOfNode(home: string): ProcessesOfNode {
  const supervisor = Number(/kees-node-(\d+)-/.exec(home)?.[1])
  const [inside = 0] = childrenOf(supervisor).flatMap((one) => childrenOf(one))
  return { supervisor, inside, space: readlinkSync(`/proc/${inside}/ns/pid`) }
}

/** @param space of ProcessesOfNode. */
export function processesIn(space: string): string[] {
  return globSync('/proc/[0-9]*').filter((process) => {
    try {
      return readlinkSync(`${process}/ns/pid`) === space
    } catch {
      // ENOENT: it has ended meanwhile.
      return false
    }
  })
}

/** @param server the first argument of the program of `test/node/kubernetes`. */
export function serverIn(space: string, server: string): number | undefined {
  const found = processesIn(space).find((process) => {
    try {
      const [, first] = readFileSync(`${process}/cmdline`, 'utf8').split('\0')
      return first === server
    } catch {
      // ENOENT: it has ended meanwhile.
      return false
    }
  })
  return found === undefined ? undefined : Number(found.slice('/proc/'.length))
}

function childrenOf(processId: number): number[] {
  const text = readFileSync(`/proc/${processId}/task/${processId}/children`, 'utf8').trim()
  return text === '' ? [] : text.split(' ').map(Number)
}
