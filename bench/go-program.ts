import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { withDirectoryLock } from '../scripts/directory-lock.mjs'
import { goInstall } from '../scripts/tools/go-install.ts'
import { findCommand } from '../scripts/tools/installed.ts'
import { goProgramFolder, toolCache } from '../scripts/tools/tool-cache.ts'

/** The path of a program that is built from a folder next to this file. It is built once for each version of its source. */
export async function goProgram(go: string, name: string, say: (line: string) => void): Promise<string> {
  const source = join(import.meta.dirname, name)
  const folder = goProgramFolder(name, source)
  const program = join(folder, name)
  mkdirSync(toolCache(), { recursive: true })
  const onWait = (holder: number) => say(`${name}: waiting for process ${holder}, which is building it`)
  await withDirectoryLock(`${folder}.lock`, onWait, async () => {
    if (findCommand(name, folder) !== undefined) return
    say(`${name}: go builds it into ${folder}`)
    await goInstall(go, { packageName: '.', source }, folder)
  })
  return program
}
