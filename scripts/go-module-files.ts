import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './run-command.mjs'

/** Brings one folder of a module, which nobody builds, into a folder, which appears whole or not at all. */
export async function goModuleFiles(go: string, module: string, part: string, folder: string): Promise<void> {
  const output: Buffer[] = []
  const { code } = await runCommand(go, ['mod', 'download', '-json', module], {
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk: Buffer) => output.push(chunk),
    // Outside of a module: the one of the folder that this runs in has nothing to do with it.
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off' },
  })
  const said = Buffer.concat(output).toString()
  const [, source] = /^\t"Dir": (".*"),?$/m.exec(said) ?? []
  if (code !== 0 || source === undefined)
    throw new Error(`${said}\n"${go} mod download ${module}" failed`.trim())
  const making = `${folder}.making`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  const dir: string = JSON.parse(source)
  // Go keeps modules read-only; a copy of them would be hard to remove.
  cpSync(join(dir, part), join(making, part), { recursive: true, mode: 0 })
  renameSync(making, folder)
}
