import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** A folder in memory, as that of the secrets in a pod, where there is one: files on disk are synced. */
export function memoryFolder(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
}
