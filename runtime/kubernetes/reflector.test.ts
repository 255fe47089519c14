import t from 'tap'
import { failed } from '../failure.ts'
import { virtualClock, peer } from '../fixtures.ts'
import type { PodListWatch, PodChange, PodPage } from './list-watch.ts'
import type { PodMetadata } from './pod-metadata.ts'
import { type WatchEnd, runReflector } from './reflector.ts'

const pod = (name: string, version = '1'): PodMetadata => ({
  uid: name,
  namespace: 'n',
  name,
  version,
  createdAt: 0,
  terminating: false,
  annotations: [],
})

type Script = {
  readonly lists: readonly ((seen: (pod: PodMetadata) => void) => Promise<PodPage>)[]
  readonly watches: readonly ((version: string, signal: AbortSignal) => AsyncIterable<PodChange>)[]
}

/** Follows the script to its end. */
async function follow(
  { lists, watches }: Script,
  silenceLimit?: number,
  clock = virtualClock(),
  random = () => 0.5,
) {
  const stop = new AbortController()
  const seen = new Set<string>()
  const ends: WatchEnd[] = []
  const early: number[] = []
  const from: string[] = []
  let [listed, watched, progress, listFailures] = [0, 0, 0, 0]
  const inList = new Set<string>()
  const api: PodListWatch = {
    peer,
    list: async (see) => (await lists[listed++]?.(see)) ?? { version: 'end' },
    async *watch(version, signal) {
      from.push(version)
      const watch = watches[watched++]
      if (watch) yield* watch(version, signal)
      else stop.abort()
    },
  }
  await runReflector(
    api,
    {
      seen: ({ name }) => {
        seen.add(name)
        inList.add(name)
      },
      gone: ({ name }) => void seen.delete(name),
      listBegins: () => inList.clear(),
      listEnds: () => {
        for (const name of seen) if (!inList.has(name)) seen.delete(name)
      },
    },
    {
      clock,
      random,
      signal: stop.signal,
      progress: () => progress++,
      watchEnded: (why, count) => {
        ends.push(why)
        early.push(count)
      },
      listFailed: () => listFailures++,
      ...(silenceLimit === undefined ? {} : { silenceLimit }),
    },
  )
  return { seen: [...seen].toSorted(), ends, early, from, listed, progress, listFailures, at: clock.now() }
}

const page =
  (version: string, names: readonly string[], next?: string) =>
  async (see: (one: PodMetadata) => void): Promise<PodPage> => {
    for (const name of names) see(pod(name))
    return next === undefined ? { version } : { version, next }
  }

async function* changes(...all: readonly PodChange[]): AsyncGenerator<PodChange> {
  yield* all
}

const seenAt = (name: string, version: string): PodChange => ({
  type: 'seen',
  pod: pod(name, version),
  version,
})

t.test('a list in pages, then watches, each from the version at which the previous one ended', async (t) => {
  const { seen, from, ends, listed } = await follow({
    lists: [page('9', ['a', 'b'], 'more'), page('10', ['c'])],
    watches: [
      () => changes(seenAt('d', '11'), { type: 'gone', pod: pod('a', '12'), version: '12' }),
      () => changes({ type: 'bookmark', version: '20' }),
      () => changes(),
    ],
  })
  t.strictSame(seen, ['b', 'c', 'd'])
  t.strictSame(from.slice(0, 4), ['10', '12', '20', '20'])
  t.strictSame(ends.slice(0, 3), ['ended', 'ended', 'ended'])
  t.equal(listed, 2)
})

t.test('after "expired" a list follows, and pods that it does not name are gone', async (t) => {
  const { seen, from, listed } = await follow({
    lists: [page('1', ['a', 'b']), page('7', ['b', 'c'])],
    watches: [() => changes(seenAt('x', '2'), { type: 'expired' })],
  })
  t.strictSame([seen, from, listed], [['b', 'c'], ['1', '7'], 2])
})

t.test('a list that expires between two pages starts again', async (t) => {
  const { seen, listed, listFailures } = await follow({
    lists: [page('1', ['a'], 'more'), async () => 'expired', page('2', ['a', 'b'])],
    watches: [],
  })
  t.strictSame([seen, listed, listFailures], [['a', 'b'], 3, 1])
})

t.test('a failed watch is repeated from the same version; after three failures a list follows', async (t) => {
  const fail = async function* (): AsyncGenerator<PodChange> {
    yield* []
    throw failed({ code: 'UNREACHABLE', message: 'cut', ...peer })
  }
  const { from, ends, listed } = await follow({
    lists: [page('5', ['a']), page('9', ['a'])],
    watches: [fail, fail, fail],
  })
  t.strictSame(from, ['5', '5', '5', '9'])
  t.strictSame(ends.slice(0, 3), ['failed', 'failed', 'failed'])
  t.equal(listed, 2)
})

t.test(
  'requests to an API server that does not answer for an hour are retried with a back-off',
  async (t) => {
    const down = () => Promise.reject(failed({ code: 'UNREACHABLE', message: 'down', ...peer }))
    const { seen, listFailures, at } = await follow({
      lists: [...Array.from({ length: 120 }, () => down), page('5', ['a'])],
      watches: [],
    })
    t.strictSame([seen, listFailures], [['a'], 120])
    t.ok(at > 40 * 60_000, `${at} ms`)
  },
)

t.test(
  'a watch without events is aborted, and the next one continues from its resourceVersion',
  async (t) => {
    const hang = async function* (_: string, signal: AbortSignal): AsyncGenerator<PodChange> {
      yield seenAt('b', '6')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      throw failed({ code: 'UNREACHABLE', message: 'aborted', ...peer })
    }
    const { from, ends, seen } = await follow({ lists: [page('5', ['a'])], watches: [hang] }, 30_000)
    t.strictSame([from, ends[0], seen], [['5', '6'], 'silent', ['a', 'b']])
  },
)

t.test('watches that end at once are repeated with a back-off', async (t) => {
  const { at, from } = await follow({
    lists: [page('5', ['a']), page('5', ['a'])],
    watches: Array.from({ length: 20 }, () => () => changes()),
  })
  t.equal(from.length, 21)
  t.ok(at > 10_000, `${at} ms`)
})

t.test('a bug does not count as an outage', async (t) => {
  const bug = () => Promise.reject(new TypeError('a bug'))
  await t.rejects(follow({ lists: [bug], watches: [] }), { message: 'a bug' })
})

const storms: readonly (readonly [title: string, watch: () => AsyncIterable<PodChange>])[] = [
  ['expire at once', () => changes({ type: 'expired' })],
  ['end after one event', () => changes(seenAt('a', '6'))],
  ['end after one bookmark', () => changes({ type: 'bookmark', version: '6' })],
  ['end without an event', () => changes()],
]
for (const [title, watch] of storms) {
  t.test(`watches that ${title} are repeated with a back-off`, async (t) => {
    const { at, early, listed } = await follow({
      lists: Array.from({ length: 40 }, () => page('5', ['a'])),
      watches: Array.from({ length: 40 }, () => watch),
    })
    // 1, 2, 4, 8, 16 s, then 30 s; each three quarters of that, by chance.
    t.ok(at >= 0.75 * (31 + 30 * 30) * 1000, `${at} ms for 40 watches`)
    t.ok(listed <= 41, `${listed} lists`)
    t.strictSame(early.slice(0, 5), [1, 2, 3, 4, 5])
  })
}

const gettingFurther: readonly (readonly [why: WatchEnd, watch: (at: string) => AsyncIterable<PodChange>])[] =
  [
    ['ended', (at) => changes(seenAt('a', at), seenAt('b', at))],
    [
      'failed',
      async function* (at) {
        yield seenAt('a', at)
        throw failed({ code: 'UNREACHABLE', message: 'cut', ...peer })
      },
    ],
  ]
for (const [why, watch] of gettingFurther) {
  t.test(
    `after a watch with new pods that ${why} too soon, the next one follows within a second`,
    async (t) => {
      const { at, early, ends, from, listed } = await follow({
        lists: [page('5', ['a'])],
        watches: Array.from({ length: 40 }, (_, index) => () => watch(String(index + 6))),
      })
      t.strictSame(from.slice(0, 3), ['5', '6', '7'])
      t.equal(listed, 1)
      t.ok(at >= 20_000, `${at} ms for 40 watches: there is a pause`)
      t.ok(at <= 40_000, `${at} ms for 40 watches: it does not grow`)
      t.strictSame(early.slice(0, 4), [1, 2, 3, 4], 'they are counted, for the warning in the log')
      t.strictSame(ends.slice(0, 40), Array(40).fill(why))
    },
  )
}

t.test('the pause grows again when watches no longer get further', async (t) => {
  const { at } = await follow({
    lists: [page('5', ['a'])],
    watches: [
      ...Array.from({ length: 8 }, (_, index) => () => changes(seenAt('a', String(index + 6)))),
      ...Array.from({ length: 4 }, () => () => changes(seenAt('a', '13'))),
    ],
  })
  // Eight pauses of a second, then 2, 4, 8 and 16 s; each three quarters of that, by chance. The last watch ends all.
  t.equal(at, 0.75 * (8 + 30) * 1000)
})

t.test('the back-off differs by chance: two replicas do not list at the same moment', async (t) => {
  const script = () => ({
    lists: Array.from({ length: 10 }, () => page('5', ['a'])),
    watches: Array.from({ length: 5 }, () => () => changes({ type: 'expired' } as const)),
  })
  const times: number[] = []
  for (const drawn of [0, 1]) times.push((await follow(script(), undefined, virtualClock(), () => drawn)).at)
  t.strictSame(times, [15_500, 31_000])
})

t.test('a watch that expires after minutes is followed by a list at once', async (t) => {
  const clock = virtualClock()
  const long = async function* (): AsyncGenerator<PodChange> {
    await clock.sleep(80_000)
    yield { type: 'bookmark', version: '6' }
    await clock.sleep(80_000)
    yield { type: 'expired' }
  }
  const lists = Array.from({ length: 4 }, () => page('5', ['a']))
  const { at, early } = await follow({ lists, watches: [long, long, long] }, undefined, clock)
  t.strictSame([at, early], [3 * 160_000, [0, 0, 0]])
})

t.test('the back-off starts again when the API server answers again', async (t) => {
  const clock = virtualClock()
  const stop = new AbortController()
  let recovery = new AbortController()
  const lists: number[] = []
  const done = runReflector(
    {
      peer,
      list: async () => {
        lists.push(clock.now())
        throw failed({ code: 'UNREACHABLE', message: 'down', ...peer })
      },
      watch: () => changes(),
    },
    { seen: () => {}, gone: () => {}, listBegins: () => {}, listEnds: () => {} },
    {
      clock,
      random: () => 1,
      signal: stop.signal,
      progress: () => {},
      watchEnded: () => {},
      listFailed: () => {},
      recovery: () => recovery.signal,
    },
  )
  await clock.sleep(70_000)
  t.strictSame(lists, [0, 1000, 3000, 7000, 15_000, 31_000, 61_000])
  recovery.abort()
  recovery = new AbortController()
  await clock.sleep(5000)
  t.strictSame(lists.slice(7), [70_000, 71_000, 73_000])
  stop.abort()
  await done
})
