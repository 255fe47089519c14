import t from 'tap'
import { failureOf } from '../failure.ts'
import { virtualClock } from '../fixtures.ts'
import { type Next, WorkQueue } from './work-queue.ts'

const half = () => 0.5

t.test('a key that is added while it is worked on is worked on again, by one worker at a time', async (t) => {
  const clock = virtualClock()
  const queue = new WorkQueue(clock, half)
  const stop = new AbortController()
  let [working, most, times] = [0, 0, 0]
  queue.add('/a', 'n')
  queue.add('/a', 'n')
  t.equal(queue.depth(), 1)
  const done = queue.work(
    { workers: 4, perNamespace: 4, reserved: 1, most: 100 },
    async () => {
      times++
      most = Math.max(most, ++working)
      if (times === 1) {
        queue.add('/a', 'n')
        queue.add('/a', 'n')
      }
      await clock.sleep(100)
      working--
      return 'never'
    },
    stop.signal,
  )
  await clock.sleep(1000)
  stop.abort()
  await done
  t.strictSame([times, most], [2, 1])
})

t.test('a failed key is returned again with a back-off, another at the requested time', async (t) => {
  const clock = virtualClock()
  const queue = new WorkQueue(clock, () => 1)
  const stop = new AbortController()
  const times: number[] = []
  const answers: Next[] = ['retry', 'retry', 'retry', { at: 60_000 }, 'retry', 'never']
  queue.add('/a', 'n')
  const done = queue.work(
    { workers: 2, perNamespace: 2, reserved: 1, most: 100 },
    async () => {
      times.push(clock.now())
      return answers[times.length - 1] ?? 'never'
    },
    stop.signal,
  )
  await clock.sleep(3_600_000)
  stop.abort()
  await done
  t.strictSame(times, [0, 1000, 3000, 7000, 60_000, 61_000])
})

for (const [next, longest] of [
  ['retry', 600_000],
  ['retry soon', 30_000],
] as const) {
  t.test(`the back-off of "${next}" is at most ${longest / 1000} s`, async (t) => {
    const clock = virtualClock()
    const queue = new WorkQueue(clock, () => 1)
    const stop = new AbortController()
    const times: number[] = []
    const work = async (): Promise<Next> => {
      times.push(clock.now())
      return times.length < 30 ? next : 'never'
    }
    queue.add('/a', 'n')
    const done = queue.work({ workers: 1, perNamespace: 1, reserved: 1, most: 100 }, work, stop.signal)
    await clock.sleep(20_000_000)
    stop.abort()
    await done
    t.equal(times.length, 30)
    t.equal((times.at(-1) ?? 0) - (times.at(-2) ?? 0), longest)
  })
}

t.test('temporary failures do not lengthen the back-off of a rejection', async (t) => {
  const clock = virtualClock()
  const queue = new WorkQueue(clock, () => 1)
  const stop = new AbortController()
  const times: number[] = []
  const work = async (): Promise<Next> => {
    times.push(clock.now())
    return times.length <= 20 ? 'retry soon' : times.length === 21 ? 'retry' : 'never'
  }
  queue.add('/a', 'n')
  const done = queue.work({ workers: 1, perNamespace: 1, reserved: 1, most: 100 }, work, stop.signal)
  await clock.sleep(20_000_000)
  stop.abort()
  await done
  t.equal(times.length, 22)
  t.equal((times[21] ?? 0) - (times[20] ?? 0), 1000)
})

t.test('many keys that fail do not delay a new one, and the signal ends the workers', async (t) => {
  const clock = virtualClock()
  const queue = new WorkQueue(clock, half)
  const stop = new AbortController()
  const worked: string[] = []
  for (let index = 0; index < 1000; index++) queue.add(`/large/${index}`, 'large')
  const done = queue.work(
    { workers: 2, perNamespace: 2, reserved: 1, most: 100 },
    async ({ key }) => {
      worked.push(key)
      if (worked.length === 100) queue.add('/small', 'small')
      await clock.sleep(10)
      return key === '/small' ? 'never' : 'retry'
    },
    stop.signal,
  )
  await clock.sleep(3000)
  stop.abort()
  await done
  const turn = worked.indexOf('/small')
  t.ok(turn >= 100 && turn < 104, `its turn came at ${turn}`)
  t.equal(worked.filter((key) => key === '/small').length, 1)
})

t.test(
  'a namespace with very many keys leaves workers to the others, and each namespace has one',
  async (t) => {
    const clock = virtualClock()
    const queue = new WorkQueue(clock, half)
    const stop = new AbortController()
    const working = new Map<string, number>()
    const work = async ({ namespace }: { readonly namespace: string }): Promise<Next> => {
      working.set(namespace, (working.get(namespace) ?? 0) + 1)
      await clock.sleep(60_000)
      return 'never'
    }
    for (let index = 0; index < 100; index++) queue.add(`/large/${index}`, 'large')
    queue.add('/small/a', 'small')
    const done = queue.work({ workers: 10, perNamespace: 4, reserved: 2, most: 100 }, work, stop.signal)
    await clock.sleep(1000)
    t.strictSame(
      [...working],
      [
        ['large', 4],
        ['small', 1],
      ],
    )
    // Keys that take long keep no namespace out, however many there are.
    for (let index = 0; index < 20; index++) queue.add(`/${index}/a`, `${index}`)
    await clock.sleep(1000)
    t.equal(working.size, 22)
    t.equal(working.get('large'), 4)
    // With very many of them, each has one.
    for (const key of ['a', 'b', 'c'])
      for (let index = 20; index < 200; index++) queue.add(`/${index}/${key}`, `${index}`)
    for (let second = 0; second < 5; second++) await clock.sleep(1000)
    t.equal(working.size, 202)
    t.ok([...working.values()].reduce((sum, count) => sum + count, 0) < 100 + 202)
    stop.abort()
    await done
  },
)

t.test(
  'work on a key that is removed is aborted, and not repeated unless the key is added again',
  async (t) => {
    const clock = virtualClock()
    const queue = new WorkQueue(clock, half)
    const stop = new AbortController()
    const seen: string[] = []
    const work = async ({ key }: { readonly key: string }, signal: AbortSignal): Promise<Next> => {
      seen.push(`${key} begins`)
      const aborted = Promise.withResolvers<Next>()
      signal.addEventListener('abort', () => {
        seen.push(`${key} ${failureOf(signal.reason)?.code}`)
        aborted.resolve('retry')
      })
      return await aborted.promise
    }
    for (const key of ['/removed', '/renewed', '/stopped']) queue.add(key, 'n')
    const done = queue.work({ workers: 3, perNamespace: 3, reserved: 1, most: 100 }, work, stop.signal)
    await clock.sleep(1000)
    queue.remove('/removed')
    queue.remove('/renewed')
    queue.add('/renewed', 'n')
    await clock.sleep(3_600_000)
    const before = ['/removed begins', '/renewed begins', '/stopped begins']
    const after = ['/removed ABANDONED', '/renewed ABANDONED', '/renewed begins']
    t.strictSame(seen.splice(0), [...before, ...after])
    stop.abort()
    await done
    t.strictSame(seen.toSorted(), ['/renewed ABANDONED', '/stopped ABANDONED'])
  },
)

t.test('keys that are removed take no memory and no work, however many come and go', async (t) => {
  const clock = virtualClock()
  const queue = new WorkQueue(clock, half)
  const stop = new AbortController()
  const worked: string[] = []
  for (let index = 0; index < 100_000; index++) {
    queue.add(`/gone/${index}`, 'n')
    queue.remove(`/gone/${index}`)
  }
  queue.add('/stays', 'n')
  t.equal(queue.depth(), 1)
  const work = async ({ key }: { readonly key: string }): Promise<Next> => {
    worked.push(key)
    return { at: clock.now() + 60_000 }
  }
  const done = queue.work({ workers: 1, perNamespace: 1, reserved: 1, most: 100 }, work, stop.signal)
  await clock.sleep(1000)
  t.strictSame(worked, ['/stays'])
  queue.remove('/stays')
  await clock.sleep(600_000)
  t.strictSame(worked, ['/stays'], 'nor when its time comes')
  stop.abort()
  await done
})
