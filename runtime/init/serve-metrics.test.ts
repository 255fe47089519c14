import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { openLog } from '../log.ts'
import { serveMetrics } from './serve-metrics.ts'

const lines: unknown[] = []
const log = openLog('info', (line) => lines.push(JSON.parse(line)))

t.test('a port that is taken is said, one that is free serves', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0

  await serveMetrics({ host: '127.0.0.1', port }, () => '', log)
  t.match(
    lines.pop(),
    { level: 'error', message: /metrics cannot be served/, reason: 'EADDRINUSE' },
    'a port that is taken',
  )

  await new Promise((resolve) => holder.close(resolve))
  let count = 0
  const server = await serveMetrics({ host: '127.0.0.1', port }, () => `count ${++count}\n`, log)
  t.teardown(() => server?.close())
  t.match(lines.pop(), { level: 'info', address: `127.0.0.1:${port}` })

  const ask = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method })
    return [response.status, await response.text()]
  }
  t.strictSame(await ask('/metrics'), [200, 'count 1\n'])
  t.strictSame(await ask('/metrics?x=y'), [200, 'count 2\n'], 'asked for each time')
  t.strictSame(await ask('/healthz'), [200, 'ok\n'])
  t.strictSame(await ask('/secret'), [404, ''])
  t.strictSame(await ask('/metrics', 'POST'), [405, ''])
})
