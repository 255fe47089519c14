import { createServer } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { failureOf } from './failure.ts'
import { serveHealth } from './health-server.ts'

t.test('only the documented paths and methods are served', async (t) => {
  let reasons: readonly string[] = ['the pods are not listed yet']
  const pages = { health: () => [], readiness: () => reasons, metrics: () => 'a 1\n' }
  const server = await serveHealth({ host: '127.0.0.1', port: 0 }, pages)
  t.teardown(() => server.close())
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method })
    return [response.status, await response.text()]
  }
  t.strictSame(await get('/healthz'), [200, 'ok\n'])
  t.strictSame(await get('/readyz'), [503, 'the pods are not listed yet\n'])
  reasons = []
  t.strictSame(await get('/readyz?verbose'), [200, 'ok\n'])
  t.strictSame(await get('/metrics'), [200, 'a 1\n'])
  t.strictSame(await get('/metrics', 'HEAD'), [200, ''])
  t.strictSame(await get('/debug'), [404, 'not found\n'])
  t.strictSame(await get('/metrics', 'POST'), [404, 'not found\n'])
})

t.test('an address in use is reported with the variable LISTEN', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.teardown(() => other.close())
  const address = other.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const pages = { health: () => [], readiness: () => [], metrics: () => '' }
  const error: unknown = await serveHealth({ host: '127.0.0.1', port }, pages).catch(
    (caught: unknown) => caught,
  )
  t.match(failureOf(error), {
    code: 'LISTEN_REFUSED',
    message: `LISTEN: cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
  })
})
