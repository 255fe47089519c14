import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withDirectoryLock } from '../directory-lock.mjs'

/**
 * Builds, tags and removes images one at a time, in all test processes of the machine: images share layers and names, and what
 * one process removes must not be what another is about to build on.
 */
export function inImageTurn<T>(work: () => Promise<T>): Promise<T> {
  return withDirectoryLock(join(tmpdir(), 'kees-test-images.lock'), () => {}, work)
}
