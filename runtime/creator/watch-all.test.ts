import t from 'tap'
import { failed } from '../failure.ts'
import { virtualClock } from '../fixtures.ts'
import type { ApiServer } from '../kubernetes/api-server.ts'
import { type CreatorSettings, readConfig } from './config.ts'
import { metrics } from './metrics.ts'
import { podIndex } from './pod-index.ts'
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
  const complaints: string[] = []
  const lists: string[] = []
  const server: ApiServer = {
    request: () => Promise.reject(new Error('not asked for')),
    stream: async (path, _, signal) => {
      const given = answer(path)
      if (given === undefined) throw failed({ code: 'UNREACHABLE', message: 'down' })
      const chunks = async function* () {
        if (given.text === 'hang') {
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          throw failed({ code: 'UNREACHABLE', message: 'aborted' })
        }
        yield Buffer.from(given.text)
        // The server ends a watch after a while.
        if (path.includes('watch=true')) await clock.sleep(4 * minute)
      }
      return { status: given.status, chunks: chunks() }
    },
  }
  const index = podIndex({ annotationDomain: 'bsycorp.com', policy: undefined }, clock.now, {
    familyChanged: () => {},
    podAdded: () => {},
  })
  const complain = (what: string) => complaints.push(what)
  const watching = watchAll(settingsOf(namespaces), server, index, {
    clock,
    random: () => 0.5,
    metrics: numbers,
    complain,
    listed: (where) => lists.push(where),
    stop: stop.signal,
  })
  t.teardown(() => stop.abort())
  return { ...watching, clock, complaints, lists, text: numbers.text }
}

const list = { status: 200, text: '{"metadata":{"resourceVersion":"1"},"items":[]}' }
const bookmark = { status: 200, text: '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"2"}}}\n' }

t.test('ready when every namespace is listed, healthy for as long as something is heard', async (t) => {
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
  t.strictSame(health(), ['nothing was heard of the API server for ten minutes: a'])
  t.strictSame(readiness(), [], 'what it knows it still knows')
  down = new Set()
  await clock.sleep(2 * minute)
  t.strictSame(health(), [])
})

t.test('watches that hang are restarted, counted and said, and that is no health', async (t) => {
  const { clock, health, complaints, text } = world('', (path) =>
    path.includes('watch=true') ? { status: 200, text: 'hang' } : list,
  )
  await clock.sleep(5 * minute)
  t.match(text(), /^kees_creator_watch_restarts_total\{cause="silent"\} [2-9]/m)
  t.ok(complaints.includes('the watch of pods went silent'))
  t.strictSame(health(), [], 'its lists are answered')
})

t.test('a selector that the API server does not take is told, with what it says', async (t) => {
  const { wrong } = world('', () => ({ status: 400, text: '{"kind":"Status","message":"unable to parse"}' }))
  t.match(await wrong, { code: 'REFUSED', detail: 'unable to parse' })
})
