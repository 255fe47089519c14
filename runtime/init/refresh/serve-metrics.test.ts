import { once } from 'node:events'
import { createServer } from 'node:net'
import t from 'tap'
import { openLog } from '../../log.ts'
import { serveMetrics } from './serve-metrics.ts'

t.test('a port in use is reported, and a free port serves metrics', async (t) => {
  const lines: unknown[] = []
  const log = openLog('info', (line) => lines.push(JSON.parse(line)))
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const address = holder.address()
  const port = typeof address === 'object' && address ? address.port : 0

  t.equal(await serveMetrics({ host: '127.0.0.1', port }, () => '', log), undefined)
  t.match(lines.pop(), { level: 'error', message: 'metrics are not served', reason: /LISTEN.*EADDRINUSE/ })

  await new Promise((resolve) => holder.close(resolve))
  const server = await serveMetrics({ host: '127.0.0.1', port }, () => 'count 1\n', log)
  t.teardown(() => server?.close())
  t.match(lines.pop(), { level: 'info', address: `127.0.0.1:${port}` })
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  t.strictSame([response.status, await response.text()], [200, 'count 1\n'])
})
