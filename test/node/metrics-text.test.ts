import t from 'tap'
import { readSamples, sumOf, sumsBy } from './metrics-text.ts'

const text = `# HELP requests_total requests
# TYPE requests_total counter
requests_total{code="201",resource="events",verb="POST"} 3
requests_total{code="409",resource="events",verb="POST"} 1
requests_total{code="200",resource="",verb="GET"} 5.5e+01
size_bytes 1.5e+06
odd{path="a\\"},b"} 2
`

t.test('samples with and without labels', (t) => {
  const samples = readSamples(text)
  t.equal(samples.length, 5)
  t.strictSame(samples.at(3), { name: 'size_bytes', labels: {}, value: 1_500_000 })
  t.strictSame(samples.at(4)?.labels, { path: 'a\\"},b' })
  t.end()
})

t.test('sums of all samples, of some, and by labels', (t) => {
  const samples = readSamples(text)
  t.equal(sumOf(samples, 'requests_total'), 59)
  t.equal(sumOf(samples, 'requests_total', { verb: 'POST', code: '201' }), 3)
  t.equal(sumOf(samples, 'unknown'), 0)
  t.strictSame(
    [...sumsBy(samples, 'requests_total', ['verb', 'resource'])],
    [
      ['POST events', 4],
      ['GET', 55],
    ],
  )
  t.end()
})
