import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { withDirectoryLock } from '../../scripts/directory-lock.mjs'

t.test(
  'one process works at a time, the others get the pid of the holder, and no file is left behind',
  async (t) => {
    const folder = t.testdir()
    const lock = join(folder, 'lock')
    const waitedFor: number[] = []
    let [working, most] = [0, 0]
    const work = async () => {
      most = Math.max(most, ++working)
      await sleep(5)
      working--
    }
    await Promise.all(
      Array.from({ length: 8 }, () => withDirectoryLock(lock, (holder) => waitedFor.push(holder), work)),
    )
    t.equal(most, 1)
    t.strictSame(new Set(waitedFor), new Set([process.pid]))
    t.strictSame(readdirSync(folder), [])
  },
)

t.test('work that fails releases the lock', async (t) => {
  const folder = t.testdir()
  const lock = join(folder, 'lock')
  const failing = withDirectoryLock(
    lock,
    () => {},
    () => Promise.reject(new Error('no')),
  )
  await t.rejects(failing, { message: 'no' })
  t.strictSame(readdirSync(folder), [])
})

t.test('the lock of a dead holder is taken over by one process', async (t) => {
  const lock = join(t.testdir(), 'lock')
  const { pid } = spawnSync(process.execPath, ['--version'])
  mkdirSync(lock)
  writeFileSync(join(lock, `${pid}-left`), '')
  let [working, most] = [0, 0]
  const work = async () => {
    most = Math.max(most, ++working)
    await sleep(5)
    working--
  }
  await Promise.all(Array.from({ length: 4 }, () => withDirectoryLock(lock, () => {}, work)))
  t.equal(most, 1)
  t.equal(existsSync(lock), false)
})
