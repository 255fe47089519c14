import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createPlainServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { notify } from './notify.ts'

const now = new Date('2026-01-31T12:34:56.789Z')
const settings = { notifyFile: '', notifyUrl: '', fileMode: 0o444, requestTimeout: 60_000 }

async function listen(t: Test, server: ReturnType<typeof createPlainServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/-/reload?now`
}

const app = (t: Test, answer: RequestListener) => listen(t, createServer(answer))

t.test('without configured notification there is no error', async (t) => {
  t.equal(await notify(settings, now), undefined)
})

t.test('the signal file is another file each time, readable as the others are', async (t) => {
  const folder = t.testdir()
  const notifyFile = join(folder, 'changed')
  t.equal(await notify({ ...settings, notifyFile }, now), undefined)
  t.equal(readFileSync(notifyFile, 'utf8'), '2026-01-31T12:34:56.789Z\n')
  t.equal(statSync(notifyFile).mode & 0o777, 0o444)
  const before = statSync(notifyFile).ino
  writeFileSync(join(folder, '.changed.new'), 'what a killed run left')
  t.equal(await notify({ ...settings, notifyFile }, now), undefined)
  t.not(statSync(notifyFile).ino, before)
  t.strictSame(readdirSync(folder), ['changed'])
})

t.test('the call is a POST without a body', async (t) => {
  const seen: unknown[] = []
  const notifyUrl = await app(t, ({ method, url, headers }, response) => {
    seen.push([method, url, headers['content-length']])
    response.end('done')
  })
  t.equal(await notify({ ...settings, notifyUrl }, now), undefined)
  t.strictSame(seen, [['POST', '/-/reload?now', '0']])
})

t.test('a redirect is not followed', async (t) => {
  let calls = 0
  const notifyUrl = await app(t, (_, response) => {
    calls++
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  t.equal(await notify({ ...settings, notifyUrl }, now), 'the app (NOTIFY_URL) answers with 302')
  t.equal(calls, 1)
})

t.test('the app is never called through the proxy of the environment', async (t) => {
  const [asked, called]: [string[], string[]] = [[], []]
  const proxy = createServer((request, response) => {
    asked.push(request.url ?? '')
    response.end()
  })
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.destroy()
  })
  const { origin } = new URL(await listen(t, proxy))
  const before = { ...process.env }
  t.teardown(() => (process.env = before))
  for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy']) process.env[name] = origin
  const own = await app(t, ({ url = '' }, response) => {
    called.push(url)
    response.end()
  })
  t.equal(await notify({ ...settings, notifyUrl: own }, now), undefined)
  t.strictSame(called, ['/-/reload?now'])
  for (const notifyUrl of ['http://app.invalid/', 'https://app.invalid/'])
    t.match(await notify({ ...settings, notifyUrl }, now), /cannot be called: .*(ENOTFOUND|EAI_AGAIN)/)
  t.strictSame(asked, [])
})

t.test('errors of both notifications are reported together', async (t) => {
  const diagnostics = await notify(
    { ...settings, notifyFile: '/nonexistent/x', notifyUrl: 'http://127.0.0.1:1/' },
    now,
  )
  t.equal(
    diagnostics,
    '"/nonexistent/x" (NOTIFY_FILE) cannot be written: it does not exist (ENOENT); ' +
      'the app (NOTIFY_URL) cannot be called: ECONNREFUSED',
  )
})

const mute: readonly (readonly [
  title: string,
  answer: (t: Test) => Promise<string>,
  requestTimeout?: number,
])[] = [
  ['never answers', (t) => app(t, () => undefined), 100],
  ['hangs up', (t) => app(t, (request) => request.socket.destroy())],
  [
    'does not speak HTTP',
    (t) =>
      listen(
        t,
        createPlainServer((socket) => socket.on('error', () => undefined).end('hello\r\n\r\n')),
      ),
  ],
]
for (const [title, answer, requestTimeout = settings.requestTimeout] of mute) {
  t.test(`an app that ${title} is not notified`, async (t) => {
    const notifyUrl = await answer(t)
    t.match(
      await notify({ ...settings, notifyUrl, requestTimeout }, now),
      /^the app \(NOTIFY_URL\) (did not send an HTTP response|cannot be called)/,
    )
  })
}
