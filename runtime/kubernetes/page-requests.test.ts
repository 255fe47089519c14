import t from 'tap'
import { failed } from '../failure.ts'
import { peer } from '../fixtures.ts'
import { PageRequests } from './page-requests.ts'

type Answer = number | 'fails' | 'hangs'

/** @param answers of the requests, in their order; after these, 200. */
function world(answers: readonly Answer[] = [], timeout?: number) {
  const asked: (string | undefined)[] = []
  const cut: (string | undefined)[] = []
  const read: (string | undefined)[] = []
  const pages = new PageRequests(async (token, signal) => {
    const answer = answers[asked.length] ?? 200
    asked.push(token)
    const aborted = new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        cut.push(token)
        resolve('aborted')
      })
    })
    if (answer === 'hangs') await aborted
    if (typeof answer !== 'number') throw failed({ code: 'UNREACHABLE', message: answer, ...peer })
    const chunks = async function* () {
      read.push(token)
      yield Buffer.from(`${token}`)
    }
    return { status: answer, chunks: chunks() }
  }, timeout)
  return { pages, asked, cut, read }
}

t.test('a page that was requested in advance is not requested again, nor read before its turn', async (t) => {
  const { pages, asked, cut, read } = world()
  const first = await pages.take(undefined)
  pages.ahead('a')
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  t.strictSame([asked, read], [[undefined, 'a'], []])
  first.close()
  const second = await pages.take('a')
  for await (const chunk of second.chunks) t.equal(chunk.toString(), 'a')
  second.close()
  await pages.take('b')
  t.strictSame(asked, [undefined, 'a', 'b'])
  t.strictSame(cut, [])
})

for (const answer of ['fails', 429, 500, 403] as const) {
  t.test(`where the request in advance is answered by ${answer}, the page is requested again`, async (t) => {
    const { pages, asked, cut } = world([answer])
    pages.ahead('a')
    t.equal((await pages.take('a')).status, 200)
    t.strictSame(asked, ['a', 'a'])
    t.strictSame(cut, ['a'], 'what is left of the answer is not wanted')
  })
}

t.test('that the token has expired counts, whenever it is answered', async (t) => {
  const { pages, asked } = world([410])
  pages.ahead('a')
  t.equal((await pages.take('a')).status, 410)
  t.strictSame(asked, ['a'])
})

t.test('there is one request in advance; that for another page is cut off', async (t) => {
  const { pages, asked, cut } = world()
  pages.ahead('a')
  pages.ahead('b')
  t.strictSame(cut, ['a'])
  await pages.take(undefined)
  t.strictSame(
    [asked, cut],
    [
      ['a', 'b', undefined],
      ['a', 'b'],
    ],
  )
  pages.ahead('c')
  pages.drop()
  pages.drop()
  t.strictSame(cut, ['a', 'b', 'c'])
})

t.test('a page that takes too long is cut off: in advance, at its turn, and while it is read', async (t) => {
  const { pages, asked, cut } = world(['hangs', 'hangs', 200], 5)
  pages.ahead('a')
  // Nothing else keeps the process alive.
  const alive = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(alive))
  await t.rejects(pages.take('a'), { message: 'hangs' })
  t.strictSame(
    [asked, cut],
    [
      ['a', 'a'],
      ['a', 'a'],
    ],
  )
  await pages.take('b')
  while (cut.length < 3) await new Promise((resolve) => setTimeout(resolve, 1))
  t.strictSame(cut, ['a', 'a', 'b'])
})

t.test('a page that was read has no timer any more', async (t) => {
  const { pages } = world()
  const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length
  const before = timers()
  for (const token of ['a', 'b', 'c']) {
    pages.ahead(token)
    const page = await pages.take(token)
    page.close()
  }
  pages.ahead('d')
  await new Promise((resolve) => setImmediate(resolve))
  pages.drop()
  t.equal(timers(), before)
})
