/** The charts of the documents. */
import t from 'tap'
import { lineChart } from '../../bench/line-chart.ts'

const chart = lineChart({
  title: 'Time & <size>',
  x: { label: 'Deployments', scale: 'logarithmic', format: String },
  y: { label: 'seconds', scale: 'linear', format: (value) => value.toFixed(1) },
  lines: [
    {
      name: 'ours',
      colour: 0,
      points: [
        [100, 0.1],
        [10_000, 1.1],
      ],
    },
    {
      name: 'theirs',
      colour: 0,
      peer: true,
      points: [
        [100, 0.2],
        [10_000, 1.2],
      ],
    },
  ],
})
const texts = [...chart.matchAll(/<text [^>]*>([^<]*)</g)].map(([, content]) => content)

t.ok(texts.includes('Time &amp; &lt;size&gt;'), 'texts are escaped')
t.strictSame(
  texts.filter((content) => /^[\d.]+$/.test(content ?? '')),
  ['100', '300', '1000', '3000', '10000', '0.0', '0.2', '0.4', '0.6', '0.8', '1.0', '1.2'],
  'the ticks contain all values',
)
const lines = [...chart.matchAll(/<path class="(line[^"]*)" [^>]*d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)"/g)]
const at = lines.map(([, kind, ...numbers]) => ({ kind, points: numbers.map(Number) }))
t.strictSame(
  at.map(({ kind }) => kind),
  ['line', 'line peer'],
  'the line of the peer is another kind',
)
const [ours, theirs] = at.map(({ points: [, , , up = 0] }) => up)
t.ok((ours ?? 0) > (theirs ?? 0), 'the greater value is above the smaller')
const names = [...chart.matchAll(/ y="([\d.]+)"[^>]*>(?:ours|theirs)</g)].map(([, up]) => Number(up))
t.ok(Math.abs((names[0] ?? 0) - (names[1] ?? 0)) >= 17, 'the names do not cover each other')
