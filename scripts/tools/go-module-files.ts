import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from '../run-command.mjs'

/** Copies one folder of a Go module, without building it, atomically: the target is complete or does not exist. */
export async function goModuleFiles(go: string, module: string, part: string, folder: string): Promise<void> {
  const output: Buffer[] = []
  const { code } = await runCommand(go, ['mod', 'download', '-json', module], {
    stdio: ['ignore', 'pipe', 'pipe'],
    onOutput: (chunk: Buffer) => output.push(chunk),
    // Ignores the Go module of the working directory.
    env: { ...process.env, GOFLAGS: '', GOWORK: 'off' },
  })
  const printed = Buffer.concat(output).toString()
  const [, source] = /^\t"Dir": (".*"),?$/m.exec(printed) ?? []
  if (code !== 0 || source === undefined)
    throw new Error(`${printed}\n"${go} mod download ${module}" failed`.trim())
  const making = `${folder}.making`
  rmSync(making, { recursive: true, force: true })
  mkdirSync(making, { recursive: true })
  const dir: string = JSON.parse(source)
  // Without the modes: Go's module cache is read-only, and a read-only copy is hard to remove.
  cpSync(join(dir, part), join(making, part), { recursive: true, mode: 0 })
  renameSync(making, folder)
}
