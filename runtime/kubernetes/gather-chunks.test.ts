import t from 'tap'
import { gatherChunks } from './gather-chunks.ts'

/** Each chunk as it arrives: after a time, with a length. @returns when it was read, in the order of the chunks. */
async function read(arriving: readonly (readonly [after: number, length: number])[]): Promise<number[]> {
  let now = 0
  const clock = { now: () => now, sleep: async (milliseconds: number) => void (now += milliseconds) }
  const source = async function* () {
    for (const [after, length] of arriving) {
      now = Math.max(now, after)
      yield Buffer.alloc(length)
    }
  }
  const times: number[] = []
  for await (const chunk of gatherChunks(source(), clock)) if (chunk.length > 0) times.push(now)
  return times
}

t.test('what comes after a pause is read at once, and what follows it soon is gathered', async (t) => {
  t.strictSame(
    await read([
      [100, 3000],
      [110, 3000],
      [170, 3000],
      [500, 3000],
    ]),
    [100, 150, 200, 500],
  )
})

t.test('when very much arrives, nothing waits; afterwards, changes are gathered again', async (t) => {
  const flood = Array.from({ length: 100 }, () => [0, 64 * 1024] as const)
  const times = await read([...flood, [2000, 1], [3001, 1], [3002, 1], [3003, 1]])
  t.equal(times[99], times[20], 'of many bytes, only the first are gathered')
  t.strictSame(times.slice(-4), [2000, 3001, 3051, 3101])
})
