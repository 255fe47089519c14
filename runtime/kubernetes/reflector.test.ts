import t from 'tap'
import { failed } from '../failure.ts'
import { virtualClock } from '../fixtures.ts'
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
async function follow({ lists, watches }: Script, silenceLimit?: number) {
  const clock = virtualClock()
  const stop = new AbortController()
  const seen = new Set<string>()
  const ends: WatchEnd[] = []
  const from: string[] = []
  let [listed, watched, progress, listFailures] = [0, 0, 0, 0]
  const inList = new Set<string>()
  const api: PodListWatch = {
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
      random: () => 0.5,
      signal: stop.signal,
      progress: () => progress++,
      watchEnded: (why) => ends.push(why),
      listFailed: () => listFailures++,
      ...(silenceLimit === undefined ? {} : { silenceLimit }),
    },
  )
  return { seen: [...seen].toSorted(), ends, from, listed, progress, listFailures, at: clock.now() }
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

t.test('a list in pages, then watches, each from where the one before it ended', async (t) => {
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

t.test('after "expired" a list again, and what it does not name is gone', async (t) => {
  const { seen, from, listed } = await follow({
    lists: [page('1', ['a', 'b']), page('7', ['b', 'c'])],
    watches: [() => changes(seenAt('x', '2'), { type: 'expired' })],
  })
  t.strictSame([seen, from, listed], [['b', 'c'], ['1', '7'], 2])
})

t.test('a list that expires between its pages begins anew', async (t) => {
  const { seen, listed, listFailures } = await follow({
    lists: [page('1', ['a'], 'more'), async () => 'expired', page('2', ['a', 'b'])],
    watches: [],
  })
  t.strictSame([seen, listed, listFailures], [['a', 'b'], 3, 1])
})

t.test('a failure of the watch goes on from the same version; after three, a list', async (t) => {
  const fail = async function* (): AsyncGenerator<PodChange> {
    yield* []
    throw failed({ code: 'UNREACHABLE', message: 'cut' })
  }
  const { from, ends, listed } = await follow({
    lists: [page('5', ['a']), page('9', ['a'])],
    watches: [fail, fail, fail],
  })
  t.strictSame(from, ['5', '5', '5', '9'])
  t.strictSame(ends.slice(0, 3), ['failed', 'failed', 'failed'])
  t.equal(listed, 2)
})

t.test('an API server that is away for an hour is asked again, ever more rarely', async (t) => {
  const down = () => Promise.reject(failed({ code: 'UNREACHABLE', message: 'down' }))
  const { seen, listFailures, at } = await follow({
    lists: [...Array.from({ length: 120 }, () => down), page('5', ['a'])],
    watches: [],
  })
  t.strictSame([seen, listFailures], [['a'], 120])
  t.ok(at > 40 * 60_000, `${at} ms`)
})

t.test('a watch over which nothing comes is cut, and another goes on from there', async (t) => {
  const hang = async function* (_: string, signal: AbortSignal): AsyncGenerator<PodChange> {
    yield seenAt('b', '6')
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    throw failed({ code: 'UNREACHABLE', message: 'aborted' })
  }
  const { from, ends, seen } = await follow({ lists: [page('5', ['a'])], watches: [hang] }, 30_000)
  t.strictSame([from, ends[0], seen], [['5', '6'], 'silent', ['a', 'b']])
})

t.test('a watch that ends at once again and again is no storm', async (t) => {
  const { at, from } = await follow({
    lists: [page('5', ['a']), page('5', ['a'])],
    watches: Array.from({ length: 20 }, () => () => changes()),
  })
  t.equal(from.length, 21)
  t.ok(at > 10_000, `${at} ms`)
})

t.test('a bug is not taken for an outage', async (t) => {
  const bug = () => Promise.reject(new TypeError('a bug'))
  await t.rejects(follow({ lists: [bug], watches: [] }), { message: 'a bug' })
})
