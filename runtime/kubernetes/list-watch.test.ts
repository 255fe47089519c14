import t from 'tap'
import { failed, failureOf } from '../failure.ts'
import type { ApiServer } from './api-server.ts'
import { podListWatch, type PodSelection } from './list-watch.ts'
import { peer, virtualClock } from '../fixtures.ts'

const metadata = (name: string, resourceVersion: string) => ({
  metadata: { uid: name, namespace: 'n', name, resourceVersion, creationTimestamp: '2026-01-02T03:04:05Z' },
})

function world(
  status: number,
  answer: string,
  selection: Partial<PodSelection> = {},
  cuts: readonly number[] = [],
) {
  const asked: { url: URL; accept: string }[] = []
  const server: ApiServer = {
    peer,
    request: () => Promise.reject(new Error('not asked for')),
    stream: async (path, accept) => {
      asked.push({ url: new URL(path, 'http://x'), accept })
      const bytes = Buffer.from(answer)
      const chunks = async function* () {
        for (const [index, edge] of [...cuts, bytes.length].entries())
          yield bytes.subarray(cuts[index - 1] ?? 0, edge)
      }
      return { status, chunks: chunks() }
    },
  }
  const api = podListWatch(
    server,
    { annotationDomain: 'bsycorp.com', ...selection },
    {
      clock: virtualClock(),
      random: () => 0.5,
    },
  )
  const seen: string[] = []
  const list = (next?: string) => api.list(({ name }) => seen.push(name), next)
  const watch = async () => {
    const changes: string[] = []
    for await (const change of api.watch('7', new AbortController().signal)) {
      changes.push('version' in change ? `${change.type} ${change.version}` : change.type)
    }
    return changes
  }
  return { asked, seen, list, watch }
}

const failureIn = async (work: Promise<unknown>) =>
  failureOf(await work.then(String, (error: unknown) => error))

t.test('a page contains only metadata, of pods that have not finished', async (t) => {
  const page = {
    metadata: { resourceVersion: '9', continue: 'more' },
    items: [metadata('a', '1'), metadata('b', '2')],
  }
  const { asked, seen, list } = world(200, JSON.stringify(page), {
    namespace: 'n',
    labelSelector: 'a in (b,c)',
  })
  t.strictSame(await list('token'), { version: '9', next: 'more' })
  t.strictSame(seen, ['a', 'b'])
  const [{ url, accept } = { url: undefined, accept: '' }] = asked
  t.equal(url?.pathname, '/api/v1/namespaces/n/pods')
  t.strictSame(Object.fromEntries(url?.searchParams ?? []), {
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    labelSelector: 'a in (b,c)',
    limit: '500',
    continue: 'token',
  })
  t.equal(accept, 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1')
})

/** An API server with pages that arrive in two pieces: all that precedes the second pod, and the rest. */
function pagedWorld(pages: readonly (object | number)[], between: (page: number) => Promise<void>) {
  const asked: (string | null)[] = []
  const server: ApiServer = {
    peer,
    request: () => Promise.reject(new Error('not asked for')),
    stream: async (path, _, signal) => {
      const token = new URL(path, 'http://x').searchParams.get('continue')
      const number = Number(token ?? 0)
      const page = pages[number]
      asked.push(token)
      if (typeof page === 'number') return { status: page, chunks: chunksOf('{}') }
      const text = JSON.stringify(page)
      const cut = text.lastIndexOf('{"metadata"')
      const chunks = async function* () {
        yield* chunksOf(text.slice(0, cut))
        await between(number)
        if (signal.aborted) throw new Error('the page was cut off')
        yield* chunksOf(text.slice(cut))
      }
      return { status: 200, chunks: chunks() }
    },
  }
  return {
    asked,
    api: podListWatch(server, { annotationDomain: 'x.y' }, { clock: virtualClock(), random: () => 0 }),
  }
}

async function* chunksOf(text: string) {
  yield Buffer.from(text)
}

const paged = (next: string, ...names: readonly string[]) => ({
  metadata: { resourceVersion: '9', continue: next },
  items: names.map((name) => metadata(name, '1')),
})

t.test('the next page is requested while one is read, and read after it', async (t) => {
  const seen: string[] = []
  const { asked, api } = pagedWorld(
    [paged('1', 'a', 'b'), paged('2', 'c', 'd'), paged('', 'e', 'f')],
    async () => {
      seen.push(`${asked.length} requested`)
    },
  )
  const see = ({ name }: { readonly name: string }) => void seen.push(name)
  t.strictSame(await api.list(see), { version: '9', next: '1' })
  t.strictSame(await api.list(see, '1'), { version: '9', next: '2' })
  t.strictSame(await api.list(see, '2'), { version: '9' })
  t.strictSame(seen, ['a', '2 requested', 'b', 'c', '3 requested', 'd', 'e', '3 requested', 'f'])
  t.strictSame(asked, [null, '1', '2'], 'each once')
})

t.test(
  'after a page that is cut off, the list begins anew, without the page that was requested in advance',
  async (t) => {
    let isCut = true
    const { asked, api } = pagedWorld([paged('1', 'a', 'b'), paged('', 'c', 'd')], async (page) => {
      if (page === 0 && isCut) throw failed({ code: 'UNREACHABLE', message: 'cut off', ...peer })
    })
    const seen: string[] = []
    const see = ({ name }: { readonly name: string }) => void seen.push(name)
    t.match(await failureIn(api.list(see)), { code: 'UNREACHABLE' })
    isCut = false
    t.strictSame(await api.list(see), { version: '9', next: '1' })
    t.strictSame(await api.list(see, '1'), { version: '9' })
    t.strictSame(asked, [null, '1', null, '1'])
    t.strictSame(seen, ['a', 'a', 'b', 'c', 'd'])
  },
)

t.test('a token that has expired is noticed at the turn of its page', async (t) => {
  const { asked, api } = pagedWorld([paged('1', 'a', 'b'), 410], async () => {})
  t.strictSame(await api.list(() => {}), { version: '9', next: '1' })
  t.equal(await api.list(() => {}, '1'), 'expired')
  t.strictSame(asked, [null, '1'])
})

t.test('a watch continues from a version, with bookmarks', async (t) => {
  const frames = [
    { type: 'ADDED', object: metadata('a', '8') },
    { type: 'BOOKMARK', object: { metadata: { resourceVersion: '20' } } },
    { type: 'MODIFIED', object: metadata('a', '21') },
    { type: 'DELETED', object: metadata('a', '22') },
    { type: 'ERROR', object: { kind: 'Status', code: 410 } },
  ]
  const { asked, watch } = world(200, frames.map((one) => `${JSON.stringify(one)}\n`).join(''))
  t.strictSame(await watch(), ['seen 8', 'bookmark 20', 'seen 21', 'gone 22', 'expired'])
  const [{ url, accept } = { url: undefined, accept: '' }] = asked
  t.equal(url?.pathname, '/api/v1/pods')
  t.strictSame(Object.fromEntries(url?.searchParams ?? []), {
    fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed',
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: '7',
    timeoutSeconds: '360',
  })
  t.equal(accept, 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1')
})

t.test(
  'every pod is read once, however the answer is split, and whether it is scanned or parsed',
  async (t) => {
    const pods = Array.from({ length: 6 }, (_, index) => {
      const { metadata: own } = metadata(index % 2 === 0 ? `a${index}` : `a\n${index}`, `${index + 8}`)
      const managedFields = [{ fieldsV1: { 'k:{"uid":"]}"}': { items: [{ metadata: own }] } } }]
      return { kind: 'x', metadata: { ...own, labels: { a: '{"metadata":{' }, managedFields } }
    })
    const list = JSON.stringify({ metadata: { resourceVersion: '9' }, items: pods, kind: 'x' })
    const frames = pods.map((object) => `${JSON.stringify({ type: 'ADDED', object })}\n`).join('')
    for (let cut = 1; cut < 400; cut += 7) {
      const cuts = Array.from({ length: 4 }, (_, index) => cut * (index + 1))
      const { list: read, seen } = world(200, list, {}, cuts)
      t.strictSame(await read(), { version: '9' })
      t.strictSame(
        seen,
        pods.map(({ metadata: { name } }) => name),
      )
      t.strictSame(
        await world(200, frames, {}, cuts).watch(),
        pods.map((_, index) => `seen ${index + 8}`),
      )
    }
  },
)

t.test('a frame with more than one object is a bad answer', async (t) => {
  const frame = JSON.stringify({ type: 'ADDED', object: metadata('a', '8') })
  for (const more of ['}', ',', ' {}', '{"type":"ADDED"}'])
    t.match(await failureIn(world(200, `${frame}${more}\n`).watch()), { code: 'BAD_ANSWER' })
})

const refusal = JSON.stringify({ kind: 'Status', message: 'why', details: { causes: [{ reason: 'x' }] } })
for (const [status, code] of [
  [400, 'REFUSED'],
  [401, 'ACCESS_DENIED'],
  [403, 'ACCESS_DENIED'],
  [429, 'UNREACHABLE'],
  [500, 'UNREACHABLE'],
] as const) {
  t.test(`an answer ${status} is ${code}, and never an empty cluster`, async (t) => {
    const { list, watch } = world(status, refusal)
    t.match(await failureIn(list()), {
      code,
      message: `the API server refused to list pods (HTTP ${status})`,
      detail: 'why',
    })
    t.match(await failureIn(watch()), { code, detail: 'why' })
  })
}

t.test('410 is "expired", as a status and as an event', async (t) => {
  const { list, watch } = world(410, refusal)
  t.equal(await list(), 'expired')
  t.strictSame(await watch(), ['expired'])
})

t.test('an unknown watch event is a bad answer', async (t) => {
  for (const frame of [{ type: 'NEW', object: metadata('a', '8') }, { type: 'ADDED', object: {} }, 7]) {
    t.match(await failureIn(world(200, `${JSON.stringify(frame)}\n`).watch()), { code: 'BAD_ANSWER' })
  }
  t.match(await failureIn(world(200, `{"type":"ERROR","object":{"code":500,"message":"why"}}\n`).watch()), {
    code: 'UNREACHABLE',
    detail: 'why',
  })
})

t.test('a list without a version is a failure', async (t) => {
  t.match(await failureIn(world(200, '{"items":[]}').list()), { code: 'BAD_ANSWER' })
  t.match(await failureIn(world(200, '<html>').list()), { code: 'BAD_ANSWER' })
})
