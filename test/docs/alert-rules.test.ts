/**
 * Prometheus' own promtool on each expression of docs/operations.md to alert on: whether it is PromQL, and when it fires.
 * promtool takes minutes to build, so `npm test` runs it only where `npm run test:long` has built it before.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { stringify } from 'yaml'
import { isLong } from '../programs/long.ts'
import { root, run } from '../programs/programs.ts'
import { promtool } from '../programs/tools.ts'

const page = readFileSync(join(root, 'docs/operations.md'), 'utf8')
const section = page.split(/^## Metrics$/m)[1]?.split(/^## /m)[0] ?? ''
const expressions = [...section.matchAll(/`([^`]+)`/g)]
  .map(([, span = '']) => span)
  .filter((span) => /[<>=]/.test(span))

type Series = Readonly<Record<string, string>>
type Case = {
  /** Of a metric of the expression, so that a test without series is one too. */
  readonly when: string
  readonly series: Series
  /** In minutes. */
  readonly at: number
  /** The labels of what fires. */
  readonly fires: readonly Readonly<Record<string, string>>[]
}
/** `for`: what the page says beside the expression. */
type Alert = { readonly for?: string; readonly cases: readonly Case[] }

const refusals = 'kees_creator_budget_refusals_total'
const leading = (pod: string) => `kees_creator_leading{pod="${pod}"}`
const depth = (pod: string) => `kees_creator_queue_depth{pod="${pod}"}`
const heap = (kind: string) => `kees_creator_heap_bytes{pod="a",kind="${kind}"}`
const latency = (le: string) => `kees_creator_creation_latency_seconds_bucket{pod="a",le="${le}"}`

/** By the expression. COUNTER is one of those with "any". */
const alerts: Readonly<Record<string, Alert>> = {
  'increase(COUNTER[1h]) > 0': {
    cases: [
      {
        when: 'the first count of a counter that began at 0',
        series: { [`${refusals}{pod="a",budget="maxClaims"}`]: '0x20 1x40' },
        at: 40,
        fires: [{ pod: 'a', budget: 'maxClaims' }],
      },
      { when: 'no count', series: { [`${refusals}{pod="a"}`]: '3x60' }, at: 40, fires: [] },
      {
        when: 'an hour after the count',
        series: { [`${refusals}{pod="a"}`]: '0x20 1x100' },
        at: 100,
        fires: [],
      },
    ],
  },
  'sum(kees_creator_leading) != 1 or absent(kees_creator_leading)': {
    for: '5m',
    cases: [
      { when: 'no replica runs', series: {}, at: 10, fires: [{}] },
      { when: 'one leads', series: { [leading('a')]: '1x60', [leading('b')]: '0x60' }, at: 40, fires: [] },
      {
        when: 'nobody leads',
        series: { [leading('a')]: '0x60', [leading('b')]: '0x60' },
        at: 10,
        fires: [{}],
      },
      { when: 'two lead', series: { [leading('a')]: '1x60', [leading('b')]: '1x60' }, at: 10, fires: [{}] },
      {
        when: 'two lead for a short time',
        series: { [leading('a')]: '1x60', [leading('b')]: '1x3 0x57' },
        at: 8,
        fires: [],
      },
    ],
  },
  'deriv(kees_creator_queue_depth[30m]) > 0 and kees_creator_leading == 1': {
    for: '30m',
    cases: [
      {
        when: 'the queue of the leader grows',
        series: { [leading('a')]: '1x90', [depth('a')]: '0+1x90' },
        at: 70,
        fires: [{ pod: 'a' }],
      },
      {
        when: 'that of another replica grows',
        series: { [leading('b')]: '0x90', [depth('b')]: '0+1x90' },
        at: 70,
        fires: [],
      },
      {
        when: 'the queue of the leader is worked off',
        series: { [leading('a')]: '1x90', [depth('a')]: '90-1x90' },
        at: 70,
        fires: [],
      },
    ],
  },
  'kees_creator_budget_used_ratio > 0.8': {
    cases: [
      {
        when: 'one limit is almost used up',
        series: {
          'kees_creator_budget_used_ratio{pod="a",budget="heap"}': '0.9x10',
          'kees_creator_budget_used_ratio{pod="a",budget="maxClaims"}': '0.2x10',
        },
        at: 5,
        fires: [{ pod: 'a', budget: 'heap' }],
      },
    ],
  },
  'kees_creator_heap_bytes{kind="used"} / ignoring(kind) kees_creator_heap_bytes{kind="limit"} > 0.9': {
    for: '5m',
    cases: [
      {
        when: 'the heap is almost full',
        series: { [heap('used')]: '95x20', [heap('limit')]: '100x20' },
        at: 10,
        fires: [{ pod: 'a' }],
      },
      {
        when: 'the heap has room',
        series: { [heap('used')]: '80x20', [heap('limit')]: '100x20' },
        at: 10,
        fires: [],
      },
    ],
  },
  'histogram_quantile(0.95, rate(kees_creator_creation_latency_seconds_bucket[1h])) > 120': {
    cases: [
      {
        when: 'one in ten takes minutes',
        series: { [latency('60')]: '0+9x60', [latency('600')]: '0+10x60', [latency('+Inf')]: '0+10x60' },
        at: 50,
        fires: [{ pod: 'a' }],
      },
      {
        when: 'all take a minute at most',
        series: { [latency('60')]: '0+10x60', [latency('600')]: '0+10x60', [latency('+Inf')]: '0+10x60' },
        at: 50,
        fires: [],
      },
      {
        when: 'nothing is created',
        series: { [latency('60')]: '9x60', [latency('600')]: '10x60', [latency('+Inf')]: '10x60' },
        at: 50,
        fires: [],
      },
    ],
  },
  'increase(kees_creator_watch_restarts_total{cause="ended"}[10m]) > 10': {
    cases: [
      {
        when: 'watches end every half minute',
        series: { 'kees_creator_watch_restarts_total{pod="a",cause="ended"}': '0+2x30' },
        at: 20,
        fires: [{ pod: 'a', cause: 'ended' }],
      },
      {
        when: 'watches end every five minutes',
        series: { 'kees_creator_watch_restarts_total{pod="a",cause="ended"}': '0x4 1x4 2x4 3x4 4x4' },
        at: 20,
        fires: [],
      },
    ],
  },
  'kees_init_refresh_failing == 1': {
    for: '5m',
    cases: [
      {
        when: 'refreshes fail',
        series: {
          'kees_init_refresh_failing{pod="x"}': '1x20',
          'kees_init_refresh_failing{pod="y"}': '0x20',
        },
        at: 10,
        fires: [{ pod: 'x' }],
      },
    ],
  },
  'time() - kees_init_last_refresh_timestamp_seconds > 900': {
    cases: [
      {
        when: 'no refresh for a quarter of an hour',
        series: {
          'kees_init_last_refresh_timestamp_seconds{pod="x"}': '0x60',
          'kees_init_last_refresh_timestamp_seconds{pod="y"}': '0+60x60',
        },
        at: 16,
        fires: [{ pod: 'x' }],
      },
      {
        when: 'not yet',
        series: { 'kees_init_last_refresh_timestamp_seconds{pod="x"}': '0x60' },
        at: 15,
        fires: [],
      },
    ],
  },
}

t.test('every expression of the page has cases here, and there are no others', async (t) => {
  t.strictSame(Object.keys(alerts).toSorted(), expressions.toSorted())
})

const rules = {
  groups: [
    {
      name: 'kees',
      rules: Object.entries(alerts).map(([expression, alert], index) => ({
        alert: `Alert${index}`,
        expr: expression.replace('COUNTER', refusals),
        ...(alert.for === undefined ? {} : { for: alert.for }),
      })),
    },
  ],
}

const tests = {
  rule_files: ['rules.yaml'],
  evaluation_interval: '1m',
  tests: Object.values(alerts).flatMap(({ cases }, index) =>
    cases.map(({ when, series, at, fires }) => ({
      interval: '1m',
      name: when,
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: [
        {
          eval_time: `${at}m`,
          alertname: `Alert${index}`,
          exp_alerts: fires.map((labels) => ({ exp_labels: labels })),
        },
      ],
    })),
  ),
}

/** Other alerts than those that fire. */
const wrong = stringify({
  ...tests,
  tests: tests.tests.map((one) => ({
    ...one,
    alert_rule_test: one.alert_rule_test.map((test) => ({
      ...test,
      exp_alerts: [{ exp_labels: { a: 'b' } }],
    })),
  })),
})

const { path = 'promtool', missing } = promtool()
if (missing === undefined || isLong) {
  t.test('promtool accepts the rules, and each fires when it must', { skip: missing ?? false }, async (t) => {
    const cwd = t.testdir({
      'rules.yaml': stringify(rules),
      'tests.yaml': stringify(tests),
      'wrong.yaml': wrong,
    })
    const check = run(path, ['check', 'rules', '--lint-fatal', 'rules.yaml'], { cwd })
    t.equal(check.status, 0, check.stdout + check.stderr)
    t.match(check.stdout, `${Object.keys(alerts).length} rules found`)

    const tested = run(path, ['test', 'rules', 'tests.yaml'], { cwd })
    t.equal(tested.status, 0, tested.stdout + tested.stderr)
    t.equal(run(path, ['test', 'rules', 'wrong.yaml'], { cwd }).status, 1)
  })
} else t.comment(`promtool was not run: npm run test:long builds it (${missing})`)
