import { rmSync } from 'node:fs'
import { systemCode } from '../../runtime/files/system-error.ts'

/** Removes a folder in which containers wrote, as far as this user may: what is of other users stays behind. */
export function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    const code = systemCode(error)
    if (code !== 'EACCES' && code !== 'EPERM') throw error
  }
}
