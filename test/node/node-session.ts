/**
 * A node with the images of tests on it, for all test files of one run: our own, or another that the environment names.
 *
 *     KEES_NODE        a kubeconfig of its administrator
 *     KEES_NODE_LOAD   the command that loads an image; the path of an archive follows: `kind load image-archive`
 *     KEES_NODE_HOST   an address of this machine that its pods reach: the store of the tests listens there
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../programs/eventually.ts'
import { loadImages } from './node-images.ts'
import { type NodeAccess, startNode } from './start-node.ts'

type NodeSession = { readonly access: NodeAccess; readonly stop: (logs?: string) => Promise<void> }

/** Names a folder in which the test files of a run request its node, and get its address. */
export const sessionVariable = 'KEES_NODE_SESSION'
const wanted = 'wanted'
const answer = 'answer.json'
type Answer = { readonly access: NodeAccess } | { readonly error: string }

/** In milliseconds: it may have to wait for the images of other test files. */
const patience = 600_000

export async function startNodeSession(): Promise<NodeSession> {
  const named = namedNode()
  const { stop, ...access } = named ? { ...named, stop: async () => {} } : await startNode()
  // Within the node's own folder, they are removed with it, even if this process is killed.
  const images = mkdtempSync(join(access.home ?? tmpdir(), 'kees-images-'))
  try {
    await loadImages(access.load, images)
    return { access, stop }
  } catch (error) {
    await stop()
    throw error
  } finally {
    rmSync(images, { recursive: true, force: true })
  }
}

/** The node that the environment names. */
export function namedNode(): NodeAccess | undefined {
  const { KEES_NODE: kubeconfig = '', KEES_NODE_LOAD: load = '', KEES_NODE_HOST: host = '' } = process.env
  if (kubeconfig === '') return undefined
  return { kubeconfig, load: load.split(' ').filter((word) => word !== ''), host, enter: [] }
}

/** The node of the run that this test file is part of, if it is part of one. */
export async function sharedNode(): Promise<NodeAccess | undefined> {
  const folder = process.env[sessionVariable] ?? ''
  if (folder === '') return undefined
  writeFileSync(join(folder, wanted), '')
  const file = join(folder, answer)
  await eventually('the node of this run is there', () => existsSync(file), patience)
  const given: Answer = JSON.parse(readFileSync(file, 'utf8'))
  if ('error' in given) throw new Error(given.error)
  return given.access
}

/** Starts a session once a test file asks for it in the folder. @returns what ends it, if it was started. */
export function serveSession(folder: string): { readonly stop: (logs?: string) => Promise<void> } {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  let session: Promise<NodeSession> | undefined
  const say = (one: Answer) => {
    writeFileSync(join(folder, 'new'), JSON.stringify(one), { mode: 0o600 })
    renameSync(join(folder, 'new'), join(folder, answer))
  }
  const timer = setInterval(() => {
    if (!existsSync(join(folder, wanted))) return
    clearInterval(timer)
    session = startNodeSession()
    session.then(
      ({ access }) => say({ access }),
      (error: unknown) => say({ error: error instanceof Error ? error.message : String(error) }),
    )
  }, 100)
  const stop = async (logs?: string) => {
    clearInterval(timer)
    const started = await session?.catch(() => undefined)
    await started?.stop(logs)
    rmSync(folder, { recursive: true, force: true })
  }
  return { stop }
}
