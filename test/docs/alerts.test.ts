/** Every metric, label and value in an alert or in a panel of the dashboard is one of the code. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { type MetricRow, metricTable } from '../../runtime/creator/report/metric-table.ts'
import { refreshMetrics } from '../../runtime/init/refresh/refresh-metrics.ts'
import { alertRows } from '../../scripts/monitoring/alert-table.ts'
import { root } from '../programs/programs.ts'
import { dashboardExpressions } from './dashboard-expressions.ts'

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
/** Those that Prometheus adds. */
const labelsOfTargets = ['namespace', 'pod', 'le']
const labels = new Set([...labelsOfTargets, ...[...known.values()].flatMap((one) => Object.keys(one))])

/** Of PromQL. */
const words = ['and', 'or', 'unless']

/** The metrics, and the matchers and groups of labels, of an expression that do not exist. */
function unknownOf(expression: string): readonly string[] {
  const groups = /\b(?:ignoring|by) ?\(([^)]*)\)/g
  const bare = expression.replaceAll(/\{[^}]*\}|\[[$\w]+\]|\boffset \w+/g, '').replaceAll(groups, '')
  // Not the functions.
  const names = [...bare.matchAll(/\b[a-zA-Z_]\w*\b(?!\s*\()/g)].map(([name]) => name)
  const matchers = [...expression.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, name = '', some = '']) =>
    [...some.matchAll(/(\w+)=~?"([^"]*)"/g)]
      .filter(([, label = '']) => !labelsOfTargets.includes(label))
      .filter(([, label = '', value = '']) =>
        value.split('|').some((one) => known.get(name)?.[label]?.includes(one) !== true),
      )
      .map(([matcher]) => `${name}{${matcher}}`),
  )
  const grouped = [...expression.matchAll(groups)].flatMap(([, list = '']) => list.split(/, ?/))
  return [
    ...names.filter((name) => !words.includes(name) && !known.has(name.replace(/_bucket$/, ''))),
    ...matchers,
    ...grouped.filter((label) => !labels.has(label)),
  ]
}

t.test('every metric and label of an alert exists', async (t) => {
  for (const [name, { expr }] of alertRows) t.strictSame(unknownOf(expr), [], name)
})

t.test('every metric and label of the dashboard exists, and it shows every metric', async (t) => {
  const expressions = dashboardExpressions()
  for (const { title, expr, legend } of expressions) {
    t.strictSame(unknownOf(expr), [], title)
    for (const [, label = ''] of legend.matchAll(/\{\{(\w+)\}\}/g))
      t.ok(labels.has(label), `${title}: ${label}`)
  }
  const text = expressions.map(({ expr }) => expr).join('\n')
  for (const name of known.keys()) t.match(text, new RegExp(`\\b${name}(_bucket)?\\b`), name)
})

t.test('a metric, a label or a value that does not exist is found', async (t) => {
  for (const [expression, unknown] of [
    ['sum(kees_creator_leader) != 1 or absent(kees_creator_leading)', 'kees_creator_leader'],
    ['rate(kees_creator_created_total{kind="RSA"}[5m]) > 0', 'kees_creator_created_total{kind="RSA"}'],
    [
      'kees_init_refreshes_total{result=~"failed|broken"} offset 1h > 0',
      'kees_init_refreshes_total{result=~"failed|broken"}',
    ],
    ['sum by (node) (rate(kees_creator_created_total[$__rate_interval]))', 'node'],
  ] as const)
    t.strictSame(unknownOf(expression), [unknown])
  t.strictSame(unknownOf('increase(kees_init_refreshes_total{result=~"failed|changed"}[1h]) > 0'), [])
})

t.test('a row of docs/operations.md names the labels of its metric', async (t) => {
  const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
  const section = page.split(/^## Metrics$/m)[1]?.split(/^## /m)[0] ?? ''
  const rows = [...section.matchAll(/^\| `(kees_\w+)` \| (.*?) \|$/gm)]
  t.ok(rows.length > 20)
  for (const [, name = '', meaning = ''] of rows)
    for (const label of Object.keys(known.get(name) ?? {}))
      // That of kees_init_info is not to be chosen by.
      if (label !== 'version') t.match(meaning, `\`${label}\``, `${name}: ${label}`)
})
