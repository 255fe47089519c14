import t from 'tap'
import { metricTable } from './metric-table.ts'
import { metrics } from './metrics.ts'

t.test('counters, histograms and gauges are written as Prometheus reads them', async (t) => {
  const { count, observe, gauge, text } = metrics()
  count('refusals_total', { reason: 'Conflict' })
  count('refusals_total', { reason: 'Conflict' })
  count('refusals_total', { reason: 'NotInjected' }, 3)
  observe('creation_latency_seconds', 0.3, 2)
  observe('creation_latency_seconds', 3000)
  let depth = 7
  gauge('queue_depth', () => depth)
  depth = 8
  const lines = text().split('\n')
  const of = (name: string) => lines.filter((line) => line.startsWith(`kees_creator_${name}`))
  t.strictSame(
    of('refusals_total').filter((line) => !line.endsWith(' 0')),
    [
      'kees_creator_refusals_total{reason="Conflict"} 2',
      'kees_creator_refusals_total{reason="NotInjected"} 3',
    ],
  )
  t.strictSame(of('queue_depth'), ['kees_creator_queue_depth 8'])
  const latency = of('creation_latency_seconds')
  t.ok(latency.includes('kees_creator_creation_latency_seconds_bucket{le="0.25"} 0'))
  t.ok(latency.includes('kees_creator_creation_latency_seconds_bucket{le="0.5"} 2'))
  t.ok(latency.includes('kees_creator_creation_latency_seconds_bucket{le="1800"} 2'))
  t.ok(latency.includes('kees_creator_creation_latency_seconds_bucket{le="+Inf"} 3'))
  t.ok(latency.includes('kees_creator_creation_latency_seconds_count 3'))
})

t.test('every metric has a help and a type, and every line one of the two forms', async (t) => {
  const { text } = metrics()
  const lines = text().trimEnd().split('\n')
  for (const [name, { type }] of Object.entries(metricTable)) {
    t.ok(lines.includes(`# TYPE kees_creator_${name} ${type}`), name)
  }
  for (const line of lines) t.match(line, /^(# (HELP|TYPE) kees_\w+ .+|kees_\w+(\{.*\})? [0-9.e+-]+)$/)
})

t.test('a counter begins at 0 with each known label, and its first count is not a new series', async (t) => {
  const { count, text } = metrics()
  const of = (name: string) =>
    text()
      .split('\n')
      .filter((line) => line.startsWith(`kees_creator_${name}{`))
  t.strictSame(of('created_total'), [
    'kees_creator_created_total{type="RSA"} 0',
    'kees_creator_created_total{type="RANDOM"} 0',
    'kees_creator_created_total{type="PASSWORD"} 0',
    'kees_creator_created_total{type="GPG"} 0',
  ])
  t.notOk(
    of('refusals_total').some((line) => line.includes('Created')),
    'an Event that is not a Warning',
  )
  for (const [name, { type }] of Object.entries(metricTable))
    if (type === 'counter') t.ok(of(name).length > 2 && of(name).every((line) => line.endsWith(' 0')), name)
  const before = of('store_errors_total').length
  count('store_errors_total', { code: 'ACCESS_DENIED', operation: 'create' })
  t.equal(of('store_errors_total').length, before)
  t.ok(
    of('store_errors_total').includes(
      'kees_creator_store_errors_total{operation="create",code="ACCESS_DENIED"} 1',
    ),
  )
  count('store_errors_total', { operation: 'create', code: 'INVALID_NAME' }, 2)
  t.ok(
    of('store_errors_total').includes(
      'kees_creator_store_errors_total{operation="create",code="INVALID_NAME"} 2',
    ),
  )
})
