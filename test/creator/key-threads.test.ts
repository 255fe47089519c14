import { spawnSync } from 'node:child_process'
import { constants, getPriority } from 'node:os'
import { join } from 'node:path'
import t from 'tap'

t.test(
  'where there are priorities of threads, generating keys has a lower one than the main thread',
  { skip: process.platform !== 'linux' },
  async (t) => {
    const program = `
    import { generateKeyPair } from 'node:crypto'
    import { readdirSync, readFileSync } from 'node:fs'
    import { getPriority } from 'node:os'
    import { lowerKeyThreads } from ${JSON.stringify(join(import.meta.dirname, '../../runtime/creator/groups/key-threads.ts'))}
    const main = getPriority()
    generateKeyPair('rsa', { modulusLength: 1024 }, () => {})
    for (let time = 0; time < 2; time++) lowerKeyThreads()
    const threads = readdirSync('/proc/self/task').map((id) => ({
      name: readFileSync('/proc/self/task/' + id + '/comm', 'utf8').trim(),
      lower: getPriority(Number(id)) - main,
    }))
    console.log(JSON.stringify(threads))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], {
      env: {},
      encoding: 'utf8',
    })
    const threads: readonly { readonly name: string; readonly lower: number }[] = JSON.parse(stdout)
    const [workers, others] = [true, false].map((is) =>
      threads.filter(({ name }) => (name === 'libuv-worker') === is),
    )
    t.ok(workers?.length)
    const lowest = constants.priority.PRIORITY_LOW - getPriority()
    t.ok(
      workers?.every(({ lower }) => lower === Math.min(10, lowest)),
      stdout,
    )
    t.ok(
      others?.every(({ lower }) => lower === 0),
      stdout,
    )
  },
)
