/**
 * A node with the images of tests on it, for all test files of one run: our own, or another that the environment names.
 *
 *     KEES_NODE        a kubeconfig of its administrator
 *     KEES_NODE_LOAD   the command that loads an image; the path of an archive follows: `kind load image-archive`
 *     KEES_NODE_HOST   an address of this machine that its pods reach: the store of the tests listens there
 */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { text } from 'node:stream/consumers'
import { buildNodeImages, loadImages } from './node-images.ts'
import { type NodeAccess, startNode } from './start-node.ts'

type NodeSession = { readonly access: NodeAccess; readonly stop: (logs?: string) => Promise<void> }

/** The port on loopback of the process that starts the node of a run: it answers when the node is there. */
export const sessionVariable = 'KEES_NODE_SESSION'
type Answer = { readonly access: NodeAccess } | { readonly error: string }

/** @param programs as of `startNode`. */
export async function startNodeSession(programs: readonly string[] = []): Promise<NodeSession> {
  const building = buildNodeImages()
  building.catch(() => undefined)
  try {
    const { stop, ...access } = await accessNode(programs)
    try {
      // Within the node's own folder, archives are removed with it, even if this process is killed.
      await loadImages(await building, access.load, access.home ?? tmpdir())
      return { access, stop }
    } catch (error) {
      await stop()
      throw error
    }
  } finally {
    await building.then(
      ({ remove }) => remove(),
      () => undefined,
    )
  }
}

async function accessNode(
  programs: readonly string[],
): Promise<NodeAccess & { readonly stop: (logs?: string) => Promise<void> }> {
  const named = namedNode()
  return named === undefined ? startNode(programs) : { ...named, stop: async () => {} }
}

/** The node that the environment names. */
export function namedNode(): NodeAccess | undefined {
  const { KEES_NODE: kubeconfig = '', KEES_NODE_LOAD: load = '', KEES_NODE_HOST: host = '' } = process.env
  if (kubeconfig === '') return undefined
  return { kubeconfig, load: load.split(' ').filter((word) => word !== ''), host, enter: [] }
}

/** The node of the run that this test file is part of, if it is part of one. */
export async function sharedNode(): Promise<NodeAccess | undefined> {
  const port = Number(process.env[sessionVariable] ?? 0)
  if (port === 0) return undefined
  const given: Answer = JSON.parse(await text(connect({ port, host: '127.0.0.1' })))
  if ('error' in given) throw new Error(given.error)
  return given.access
}

/** Starts a session once a test file asks for it. @returns its port, and what ends it, if it was started. */
export async function serveSession(): Promise<{
  readonly port: number
  readonly stop: (logs?: string) => Promise<void>
}> {
  let session: Promise<NodeSession> | undefined
  const answer = async (): Promise<Answer> => {
    try {
      const { access } = await (session ??= startNodeSession())
      return { access }
    } catch (error) {
      return { error: error instanceof Error ? error.message : String(error) }
    }
  }
  const server = createServer((socket) => {
    // ECONNRESET: the test file has ended meanwhile.
    socket.on('error', () => socket.destroy())
    void answer().then((one) => socket.end(JSON.stringify(one)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const stop = async (logs?: string) => {
    server.close()
    const started = await session?.catch(() => undefined)
    await started?.stop(logs)
  }
  return { port: typeof address === 'object' ? (address?.port ?? 0) : 0, stop }
}
