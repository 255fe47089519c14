/** Every metric, label and value that docs/operations.md names to alert on is one of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type MetricRow, metricTable } from '../../runtime/creator/report/metric-table.ts'
import { failureCodes } from '../../runtime/failure.ts'
import { refreshMetrics } from '../../runtime/init/refresh/refresh-metrics.ts'
import { root } from '../programs/programs.ts'

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const section = page.split(/^## Metrics$/m)[1]?.split(/^## /m)[0] ?? ''
const rows = [...section.matchAll(/^\| `(kees_\w+)` \| (.*?) \| (.*?) ?\|$/gm)].map(
  ([, name = '', meaning = '', alert = '']) => ({ name, meaning, alert }),
)
const spansOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)

type Labels = Readonly<Record<string, readonly string[]>>

/** Of a metric of init, from what it serves. */
function labelsShown(text: string, name: string): Labels {
  const pairs = [...text.matchAll(new RegExp(`^${name}\\{(\\w+)="(.*)"\\}`, 'gm'))]
  const byLabel = Map.groupBy(pairs, ([, label = '']) => label)
  return Object.fromEntries(
    [...byLabel].map(([label, some]) => [label, some.map(([, , value = '']) => value)]),
  )
}

const ofInit = refreshMetrics('1', 0, () => 0).text()
/** By the name of the metric, each label with its known values. */
const known = new Map<string, Labels>([
  ...Object.entries<MetricRow>(metricTable).map(
    ([name, { labels = {} }]) => [`kees_creator_${name}`, labels] as const,
  ),
  ...[...ofInit.matchAll(/^# TYPE (\w+) /gm)].map(
    ([, name = '']) => [name, labelsShown(ofInit, name)] as const,
  ),
])

/** Of PromQL; COUNTER is any counter. */
const words = ['and', 'or', 'unless', 'COUNTER']

/** The metrics, and the matchers of labels, of an expression that do not exist. */
function unknownOf(expression: string): readonly string[] {
  const bare = expression.replaceAll(/\{[^}]*\}|\[\w+\]|\boffset \w+|\bignoring\(\w+\)/g, '')
  // Not the functions.
  const names = [...bare.matchAll(/\b[a-zA-Z_]\w*\b(?!\()/g)].map(([name]) => name)
  const matchers = [...expression.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', some = '']) =>
    [...some.matchAll(/(\w+)=~?"([^"]*)"/g)]
      .filter(([, label = '', value = '']) =>
        value.split('|').some((one) => known.get(name)?.[label]?.includes(one) !== true),
      )
      .map(([matcher]) => `${name}{${matcher}}`),
  )
  return [
    ...names.filter((name) => !words.includes(name) && !known.has(name.replace(/_bucket$/, ''))),
    ...matchers,
  ]
}

t.test('every metric and label of an expression exists', async (t) => {
  const expressions = spansOf(section).filter((span) => /\w\(|[<>=]/.test(span))
  t.ok(expressions.length >= 4)
  for (const expression of expressions) t.strictSame(unknownOf(expression), [], expression)
})

t.test('a metric, a label or a value that does not exist is found', async (t) => {
  for (const [expression, unknown] of [
    ['sum(kees_creator_leader) != 1 or absent(kees_creator_leading)', 'kees_creator_leader'],
    ['rate(kees_creator_created_total{kind="RSA"}[5m]) > 0', 'kees_creator_created_total{kind="RSA"}'],
    [
      'kees_init_refreshes_total{result=~"failed|broken"} offset 1h > 0',
      'kees_init_refreshes_total{result=~"failed|broken"}',
    ],
  ] as const)
    t.strictSame(unknownOf(expression), [unknown])
  t.strictSame(unknownOf('increase(kees_init_refreshes_total{result=~"failed|changed"}[1h]) > 0'), [])
})

t.test('a row names the labels of its metric, and alerts on values that they have', async (t) => {
  t.ok(rows.length > 20)
  for (const { name, meaning, alert } of rows) {
    const labels = known.get(name) ?? {}
    const named = spansOf(meaning)
    // That of kees_init_info is not to be chosen by.
    for (const label of Object.keys(labels))
      if (label !== 'version') t.ok(named.includes(label), `${name}: ${label}`)
    const values = [...Object.values(labels).flat(), ...failureCodes]
    if (Object.keys(labels).length === 0) continue
    for (const span of spansOf(alert).filter((one) => /^\w+…?$/.test(one)))
      t.ok(
        values.some((value) => (span.endsWith('…') ? value.startsWith(span.slice(0, -1)) : value === span)),
        `${name}: ${span}`,
      )
  }
})
