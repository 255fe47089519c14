import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Does the work while this process holds the lock: a directory with one file, whose name begins with the holder's pid.
 *
 * A directory is renamed onto the lock, which works only where there is none or an empty one: taking is one atomic
 * step. A holder that has died is found by its pid; each holder's file has a unique name, so that removing the
 * file of a dead holder cannot release the lock of the next one.
 *
 * @template T
 * @param {string} lock
 * @param {(holder: number) => void} onWait called once, with the pid that is waited for
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withDirectoryLock(lock, onWait, work) {
  const mine = `${lock}.${process.pid}-${randomUUID()}`
  const holding = basename(mine).slice(basename(lock).length + 1)
  mkdirSync(mine, { recursive: true })
  writeFileSync(join(mine, holding), '')
  try {
    for (let waited = false; !renamedOnto(lock, mine); await sleep(50)) {
      const holder = livingHolder(lock)
      if (holder === undefined || waited) continue
      onWait(holder)
      waited = true
    }
  } catch (error) {
    rmSync(mine, { recursive: true, force: true })
    throw error
  }
  try {
    return await work()
  } finally {
    rmSync(join(lock, holding), { force: true })
    ignoring(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(lock))
  }
}

/**
 * @param {string} lock
 * @param {string} mine
 */
function renamedOnto(lock, mine) {
  return ignoring(['ENOTEMPTY', 'EEXIST'], () => {
    renameSync(mine, lock)
    return true
  })
}

/**
 * The pid that holds the lock, if it lives; removes the files of holders that have died.
 *
 * @param {string} lock
 */
function livingHolder(lock) {
  const holders = ignoring(['ENOENT'], () => readdirSync(lock)) ?? []
  for (const holder of holders) {
    const pid = Number.parseInt(holder, 10)
    if (isAlive(pid)) return pid
    rmSync(join(lock, holder), { force: true })
  }
  return undefined
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/**
 * @template T
 * @param {readonly string[]} codes
 * @param {() => T} act
 */
function ignoring(codes, act) {
  try {
    return act()
  } catch (error) {
    if (codes.includes(codeOf(error) ?? '')) return undefined
    throw error
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
