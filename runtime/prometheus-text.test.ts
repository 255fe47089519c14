import t from 'tap'
import { formatMetrics } from './prometheus-text.ts'

t.equal(
  formatMetrics([
    {
      name: 'kees_calls_total',
      help: 'calls, a line\nand a \\',
      type: 'counter',
      samples: [
        { labels: { result: 'done' }, value: 2 },
        { labels: { result: 'a "\\\nb', other: 'x' }, value: 0 },
      ],
    },
    { name: 'kees_time_seconds', help: 'a time', type: 'gauge', samples: [{ value: 1.5 }] },
    { name: 'kees_never', help: 'without a sample', type: 'gauge', samples: [] },
  ]),
  `# HELP kees_calls_total calls, a line\\nand a \\\\
# TYPE kees_calls_total counter
kees_calls_total{result="done"} 2
kees_calls_total{result="a \\"\\\\\\nb",other="x"} 0
# HELP kees_time_seconds a time
# TYPE kees_time_seconds gauge
kees_time_seconds 1.5
# HELP kees_never without a sample
# TYPE kees_never gauge
`,
)
