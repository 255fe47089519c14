import t from 'tap'
import { failed } from '../failure.ts'
import { virtualClock, peer } from '../fixtures.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import { type CreatorSettings, readConfig } from './config.ts'
import { metrics } from './report/metrics.ts'
import { indexOf } from './fixtures.ts'
import { watchAll } from './watch-all.ts'

const minute = 60_000

function settingsOf(namespaces: string): CreatorSettings {
  const { settings } = readConfig({
    ALLOW_ALL_PREFIXES: 'true',
    LEADER_ELECTION: 'false',
    NAMESPACES: namespaces,
  })
  if (settings === undefined) throw new Error('no settings')
  return settings
}

function world(
  namespaces: string,
  answer: (path: string) => { readonly status: number; readonly text: string } | undefined,
) {
  const clock = virtualClock()
  const stop = new AbortController()
  const numbers = metrics()
  const warnings: string[] = []
  const lists: string[] = []
  const server: ApiServer = {
    peer,
    request: () => Promise.reject(new Error('not asked for')),
    stream: async (path, _, signal) => {
      const given = answer(path)
      if (given === undefined) throw failed({ code: 'UNREACHABLE', message: 'down', ...peer })
      const chunks = async function* () {
        if (given.text === 'hang') {
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          throw failed({ code: 'UNREACHABLE', message: 'aborted', ...peer })
        }
        yield Buffer.from(given.text)
        // The server ends a watch after a while.
        if (path.includes('watch=true')) await clock.sleep(4 * minute)
      }
      return { status: given.status, chunks: chunks() }
    },
  }
  const index = indexOf({ now: clock.now })
  const watching = watchAll(settingsOf(namespaces), server, index, {
    clock,
    random: () => 0.5,
    keyOf: (one) => one,
    metrics: numbers,
    warn: (message) => warnings.push(message),
    listed: (where) => lists.push(where),
    stop: stop.signal,
  })
  t.teardown(() => stop.abort())
  return { ...watching, clock, warnings, lists, text: numbers.text }
}

const list = { status: 200, text: '{"metadata":{"resourceVersion":"1"},"items":[]}' }
const bookmark = { status: 200, text: '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}\n' }

t.test('ready when every namespace is listed, healthy while the API server answers', async (t) => {
  let down = new Set(['b'])
  const { clock, readiness, health, lists } = world('a,b', (path) => {
    if ([...down].some((name) => path.includes(`/namespaces/${name}/`))) return undefined
    return path.includes('watch=true') ? bookmark : list
  })
  await clock.sleep(minute)
  t.strictSame(readiness(), ['the pods are not listed yet: b'])
  t.strictSame(health(), [])
  down = new Set()
  await clock.sleep(2 * minute)
  t.strictSame(readiness(), [])
  t.strictSame(lists, ['a', 'b'])
  await clock.sleep(60 * minute)
  t.strictSame(health(), [])
  down = new Set(['a'])
  await clock.sleep(16 * minute)
  t.strictSame(health(), ['no answer from the API server for ten minutes: a'])
  t.strictSame(readiness(), [], 'what it knows it still knows')
  down = new Set()
  await clock.sleep(2 * minute)
  t.strictSame(health(), [])
})

t.test(
  'watches that hang are aborted, counted and logged, and the probe succeeds while lists are answered',
  async (t) => {
    const { clock, health, warnings, text } = world('', (path) =>
      path.includes('watch=true') ? { status: 200, text: 'hang' } : list,
    )
    await clock.sleep(5 * minute)
    t.match(text(), /^kees_creator_watch_restarts_total\{cause="silent"\} [2-9]/m)
    t.ok(warnings.includes('the watch of pods was silent and was closed'))
    t.strictSame(health(), [], 'its lists are answered')
  },
)

t.test('a selector that the API server refuses is reported, with its message', async (t) => {
  const { refused } = world('', () => ({
    status: 400,
    text: '{"kind":"Status","message":"unable to parse"}',
  }))
  t.match(await refused, { code: 'REFUSED', detail: 'unable to parse' })
})

const forbidden = { status: 403, text: '{"kind":"Status","message":"pods is forbidden"}' }

t.test('a replica may lead when every namespace is listed, and no list has failed since', async (t) => {
  let listing = forbidden
  let watching = bookmark
  const { clock, mayLead, mayKeepLeading } = world('a,b', (path) => {
    if (path.includes('watch=true')) return watching
    return path.includes('/namespaces/b/') ? listing : list
  })
  await clock.sleep(minute)
  t.notOk(mayLead(), 'b was never listed')
  t.notOk(mayKeepLeading())
  listing = list
  await clock.sleep(minute)
  t.ok(mayLead() && mayKeepLeading())
  // A watch that is refused needs a list in the end.
  listing = forbidden
  watching = forbidden
  await clock.sleep(30 * minute)
  t.notOk(mayLead())
  t.notOk(mayKeepLeading())
  listing = list
  watching = bookmark
  await clock.sleep(minute)
  t.ok(mayLead() && mayKeepLeading(), 'and again when it may list again')
})

t.test('a leader keeps the Lease while lists fail for less than half a minute', async (t) => {
  let down = false
  const { clock, mayLead, mayKeepLeading } = world('', (path) =>
    down ? undefined : path.includes('watch=true') ? bookmark : list,
  )
  await clock.sleep(minute)
  down = true
  let [first, last] = [Infinity, Infinity]
  for (const begun = clock.now(); last === Infinity && clock.now() - begun < 20 * minute;) {
    await clock.sleep(1000)
    if (!mayLead()) first = Math.min(first, clock.now())
    if (!mayKeepLeading()) last = clock.now()
  }
  t.ok(
    last - first >= 28_000 && last - first <= 32_000,
    `${last - first} ms after the first list that failed`,
  )
})

t.test('lists that wait in their back-off are repeated at once when the API server answers', async (t) => {
  let down = true
  const { clock, mayLead, retryNow } = world('', (path) =>
    down ? undefined : path.includes('watch=true') ? bookmark : list,
  )
  await clock.sleep(10 * minute)
  down = false
  t.notOk(mayLead())
  retryNow()
  await clock.sleep(1)
  t.ok(mayLead())
})

t.test('watches that end too soon are warned about from the third on', async (t) => {
  const { clock, warnings, text } = world('', (path) =>
    path.includes('watch=true') ? { status: 200, text: '{"type":"ERROR","object":{"code":410}}\n' } : list,
  )
  await clock.sleep(10 * minute)
  t.ok(warnings.includes('the watch of pods expired too soon, again and again'))
  const [, count = ''] = /^kees_creator_watch_restarts_total\{cause="expired"\} (\d+)$/m.exec(text()) ?? []
  t.ok(Number(count) > 5 && Number(count) < 40, `${count} watches in ten minutes`)
})
