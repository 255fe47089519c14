/** A registry of containers of its own, on loopback and without TLS: https://distribution.github.io/distribution/ */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findCommand } from '../scripts/installed.ts'
import { cachedRegistry } from '../scripts/tool-cache.ts'
import { eventually } from './eventually.ts'
import { freePorts } from './free-ports.ts'

/** For tap's `skip`. */
export const registryMissing = findCommand('go') === undefined && 'needs the command go'

export type Registry = {
  /** Such as `127.0.0.1:40925`. */
  readonly address: string
  readonly stop: () => Promise<void>
}

export async function startRegistry(): Promise<Registry> {
  const program = cachedRegistry()
  if (program === undefined) throw new Error('the registry is not there yet: run "npm run fetch-tools"')
  const folder = mkdtempSync(join(tmpdir(), 'kees-registry-'))
  const [port = 0] = await freePorts(1)
  const address = `127.0.0.1:${port}`
  const config = join(folder, 'config.yml')
  const storage = { filesystem: { rootdirectory: join(folder, 'storage') } }
  writeFileSync(config, JSON.stringify({ version: 0.1, storage, http: { addr: address } }))
  const child: ChildProcess = spawn(program, ['serve', config], { stdio: 'ignore' })
  const ended = once(child, 'close')
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  await eventually('the registry answers', async () => {
    if (child.exitCode !== null) throw new Error(`the registry ended with ${child.exitCode}`)
    return fetch(`http://${address}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    )
  })
  const stop = async () => {
    kill()
    await ended
    process.off('exit', kill)
    rmSync(folder, { recursive: true, force: true })
  }
  return { address, stop }
}
