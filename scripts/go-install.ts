import { renameSync, rmSync } from 'node:fs'
import { runQuietly } from './run-quietly.ts'

/** Installs a program into a folder, atomically: the folder is complete or does not exist. */
export async function goInstall(go: string, args: readonly string[], folder: string): Promise<void> {
  const making = `${folder}.making`
  await runQuietly(go, ['install', ...args], { GOBIN: making })
  rmSync(folder, { recursive: true, force: true })
  renameSync(making, folder)
}
