/** A node of Kubernetes of our own: one for each call, gone with the process that called. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { untapped } from '../programs/untapped.ts'

/** How a node is reached. */
export type NodeAccess = {
  readonly kubeconfig: string
  /** The command that loads an image: the path of an archive, as `docker save` writes one, follows. */
  readonly load: readonly string[]
  /** The address at which pods reach servers of this machine. */
  readonly host: string
  /** What runs a command in the network that has this address, where it is another than the machine's. */
  readonly enter: readonly string[]
  /** The folder of a node of our own: it goes with the node. */
  readonly home?: string
}

type StartedNode = NodeAccess & {
  readonly home: string
  /** @param logs a folder for the node's logs, to be made. */
  readonly stop: (logs?: string) => Promise<void>
}

/** @param programs folders with programs that it runs in the place of those on the PATH, such as containerd. */
export async function startNode(programs: readonly string[] = []): Promise<StartedNode> {
  // In a session of its own: no signal to this process's group keeps it from cleaning up.
  const child = spawn(...untapped(process.execPath, [join(import.meta.dirname, './supervise.ts')]), {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, PATH: [...programs, process.env['PATH']].join(delimiter) },
    detached: true,
  })
  const said = text(child.stderr)
  const ended = once(child, 'close')
  const stop = async (logs?: string) => {
    child.stdin.end(logs === undefined ? '' : `${logs}\n`)
    await ended
    if (child.exitCode !== 0) throw new Error(await said)
  }
  const [line] = await Promise.race([once(child.stdout, 'data'), ended.then(() => [])])
  if (line === undefined) throw new Error(`no node of Kubernetes: ${await said}`)
  const access: NodeAccess & { readonly home: string } = JSON.parse(String(line))
  return { ...access, stop }
}
