import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import type { Measured } from './measured-heap.ts'
import { commandPatience } from '../programs/not-ended.ts'
import { creatorFlags } from '../../scripts/bundle.ts'
import { workBytes } from '../../runtime/creator/claims/weigh.ts'
import { workLimits } from '../../runtime/creator/wire.ts'

/** As of the creator, but without --optimize-for-size: with it, less is left of what was on the heap before, and the first differences are too small. */
const flags = [
  '--max-semi-space-size=1',
  ...creatorFlags.split(' ').filter((flag) => flag !== '--optimize-for-size'),
]

async function measure(...only: readonly string[]): Promise<readonly Measured[]> {
  const program = join(import.meta.dirname, './measured-heap.ts')
  const options = { env: {}, encoding: 'utf8', timeout: commandPatience } as const
  const { stdout, stderr, error } = spawnSync(
    process.execPath,
    ['--expose-gc', ...flags, program, ...only],
    options,
  )
  if (error !== undefined) throw error
  if (stderr !== '') throw new Error(stderr)
  return JSON.parse(stdout)
}

const kB = (bytes: number) => `${Math.round(bytes / 1000)} kB`

await t.test('what is kept of pods takes no more memory than their namespace is charged with', async (t) => {
  const measured = await measure()
  t.ok(measured.length > 5)
  for (const { what, bytes, charged } of measured)
    t.ok(bytes <= charged, `${what}: ${kB(bytes)}, charged ${kB(charged)}`)
})

await t.test(
  'a group that waits for its turn to be stored takes no more than that, and what is reserved for work',
  async (t) => {
    const [measured] = await measure('namespaces of four declarations')
    if (measured === undefined) throw new Error('nothing is measured')
    const { pods, bytes, charged } = measured
    const inProgress = Math.max(workLimits.workers, pods * workLimits.reserved) * workBytes
    t.ok(bytes > charged, 'it takes more than a group that exists')
    t.ok(
      bytes <= charged + inProgress,
      `${kB(bytes)}, charged ${kB(charged)}, in progress at most ${kB(inProgress)}`,
    )
  },
)
