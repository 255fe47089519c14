/** A registry of containers of its own, on loopback: https://distribution.github.io/distribution/ */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from '../../scripts/tools/installed.ts'
import { cachedRegistry } from '../../scripts/tools/tool-cache.ts'
import { eventually } from '../programs/eventually.ts'
import { freePorts } from '../servers/free-ports.ts'
import { listens } from '../servers/listens.ts'
import type { Certificate } from '../servers/loopback-certificate.ts'

/** For tap's `skip`. */
export const registryMissing = findCommand('go') === undefined && 'needs the command go'

type Registry = {
  /** Such as `127.0.0.1:40925`. */
  readonly address: string
  readonly stop: () => Promise<void>
}

type Options = {
  /** Without one it has no TLS. */
  readonly certificate?: Certificate
  /** Who alone may read and write: a line of htpasswd, by bcrypt. Without it, everybody. */
  readonly user?: string
}

export async function startRegistry({ certificate, user }: Options = {}): Promise<Registry> {
  const program = cachedRegistry()
  if (program === undefined) throw new Error('the registry is not installed yet: run "npm run fetch-tools"')
  const folder = mkdtempSync(join(tmpdir(), 'kees-registry-'))
  const [port = 0] = await freePorts(1)
  const address = `127.0.0.1:${port}`
  const config = join(folder, 'config.yml')
  const storage = { filesystem: { rootdirectory: join(folder, 'storage') } }
  const tls = certificate && { certificate: certificate.file, key: certificate.key }
  const htpasswd = { realm: 'kees', path: join(folder, 'htpasswd') }
  if (user !== undefined) writeFileSync(htpasswd.path, `${user}\n`)
  const auth = user === undefined ? {} : { auth: { htpasswd } }
  writeFileSync(config, JSON.stringify({ version: 0.1, storage, http: { addr: address, tls }, ...auth }))
  const child: ChildProcess = spawn(program, ['serve', config], { stdio: 'ignore' })
  const ended = once(child, 'close')
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  await eventually('the registry listens', async () => {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`)
    return listens(`http://${address}`)
  })
  const stop = async () => {
    kill()
    await ended
    process.off('exit', kill)
    rmSync(folder, { recursive: true, force: true })
  }
  return { address, stop }
}
