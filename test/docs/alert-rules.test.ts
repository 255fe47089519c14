/**
 * Prometheus' own promtool on the committed PrometheusRule and on the queries of the dashboard: whether they are PromQL, and when
 * each alert fires. promtool takes minutes to build, so `npm test` runs it only where `npm run test:long` has built it before.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parse, stringify } from 'yaml'
import type { alertTable } from '../../scripts/monitoring/alert-table.ts'
import { isLong } from '../programs/long.ts'
import { root, run } from '../programs/programs.ts'
import { promtool } from '../programs/tools.ts'
import { dashboardExpressions } from './dashboard-expressions.ts'

t.setTimeout(600_000)

type Series = Readonly<Record<string, string>>
type Case = {
  /** Of a metric of the expression, so that a test without series is one too. */
  readonly when: string
  readonly series: Series
  /** In minutes. */
  readonly at: number
  /** The labels of what fires, besides the severity. */
  readonly fires: readonly Readonly<Record<string, string>>[]
}

const leading = (pod: string) => `kees_creator_leading{pod="${pod}"}`
const depth = (pod: string) => `kees_creator_queue_depth{pod="${pod}"}`
const heap = (kind: string) => `kees_creator_heap_bytes{pod="a",kind="${kind}"}`
const latency = (le: string) => `kees_creator_creation_latency_seconds_bucket{pod="a",le="${le}"}`

/** Of an alert that one count fires. @param other a value of the label that does not. */
function once(metric: string, label: string, value: string, other: string): readonly Case[] {
  const series = (one: string) => `${metric}{pod="a",${label}="${one}"}`
  return [
    { when: `one ${value}`, series: counts(series(value)), at: 40, fires: [{ pod: 'a', [label]: value }] },
    { when: `one ${other}`, series: counts(series(other)), at: 40, fires: [] },
  ]
}

/** Of an alert that fires when counting goes on. @param at when it has gone on for long enough. */
function forLong(metric: string, label: string, value: string, at: number): readonly Case[] {
  const series = `${metric}{pod="a",${label}="${value}"}`
  return [
    { when: 'again and again', series: keepsCounting(series), at, fires: [{ pod: 'a', [label]: value }] },
    { when: 'once', series: counts(series), at: 34, fires: [] },
    { when: 'not any more', series: keepsCounting(series), at: 110, fires: [] },
  ]
}

/** A counter that counts once, after 20 minutes. */
const counts = (series: string): Series => ({ [series]: '0x20 1x100' })
/** A counter that counts in every minute of the first 80. */
const keepsCounting = (series: string): Series => ({ [series]: '0+1x80 80x100' })

const cases: Readonly<Record<keyof typeof alertTable, readonly Case[]>> = {
  KeesCreatorPodsIgnored: [
    {
      when: 'the first count of a counter that began at 0',
      series: { [`kees_creator_budget_refusals_total{pod="a",budget="maxClaims"}`]: '0x20 1x40' },
      at: 40,
      fires: [{ pod: 'a', budget: 'maxClaims' }],
    },
    {
      when: 'no count',
      series: { [`kees_creator_budget_refusals_total{pod="a"}`]: '3x60' },
      at: 40,
      fires: [],
    },
    {
      when: 'an hour after the count',
      series: { [`kees_creator_budget_refusals_total{pod="a"}`]: '0x20 1x100' },
      at: 100,
      fires: [],
    },
  ],
  KeesCreatorNoLeader: [
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
  KeesCreatorQueueGrows: [
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
  KeesCreatorBudgetAlmostUsed: [
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
  KeesCreatorHeapAlmostFull: [
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
  KeesCreatorSlow: [
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
  KeesCreatorWatchesEndTooSoon: [
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
  KeesRefreshFails: [
    {
      when: 'refreshes fail',
      series: {
        'kees_init_refresh_failing{pod="x"}': '1x30',
        'kees_init_refresh_failing{pod="y"}': '0x30',
      },
      at: 20,
      fires: [{ pod: 'x' }],
    },
  ],
  KeesRefreshStopped: [
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
  KeesCreatorRefuses: once('kees_creator_refusals_total', 'reason', 'MismatchedGroup', 'QuotaExceeded'),
  KeesCreatorStoreRefuses: once('kees_creator_store_errors_total', 'code', 'ACCESS_DENIED', 'THROTTLED'),
  KeesCreatorEventsLost: once('kees_creator_events_total', 'outcome', 'dropped', 'sent'),
  KeesRefreshNotHeard: once('kees_init_notifications_total', 'result', 'failed', 'done'),
  KeesCreatorStoreFails: forLong('kees_creator_store_errors_total', 'code', 'THROTTLED', 78),
  KeesCreatorListsFail: forLong('kees_creator_list_errors_total', 'code', 'UNREACHABLE', 30),
  KeesCreatorWatchesFail: forLong('kees_creator_watch_restarts_total', 'cause', 'silent', 45),
  KeesCreatorLeaseFails: forLong('kees_creator_lease_errors_total', 'code', 'ACCESS_DENIED', 30),
}

const file = join(root, 'install/creator/prometheus-rule/prometheus-rule.yaml')
const { spec: rules }: { spec: RuleFile } = parse(readFileSync(file, 'utf8'))

/** promtool compares labels and annotations as a whole. */
function expected(name: string, labels: Readonly<Record<string, string>>): object {
  const rule = rules.groups.flatMap((group) => group.rules).find(({ alert }) => alert === name)
  return { exp_labels: { ...labels, ...rule?.labels }, exp_annotations: rule?.annotations }
}

const tests = {
  rule_files: ['rules.yaml'],
  evaluation_interval: '1m',
  tests: Object.entries(cases).flatMap(([alertname, some]) =>
    some.map(({ when, series, at, fires }) => ({
      interval: '1m',
      name: `${alertname}: ${when}`,
      input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
      alert_rule_test: [
        { eval_time: `${at}m`, alertname, exp_alerts: fires.map((labels) => expected(alertname, labels)) },
      ],
    })),
  ),
}

/** Another alert than the one that fires. */
const wrong = {
  ...tests,
  tests: tests.tests.slice(0, 1).map((one) => ({
    ...one,
    alert_rule_test: one.alert_rule_test.map((test) => ({
      ...test,
      exp_alerts: [{ exp_labels: { a: 'b' } }],
    })),
  })),
}

/** As rules that record, because promtool has no other check of a query. */
const panels = {
  groups: [
    {
      name: 'dashboard',
      rules: dashboardExpressions().map(({ expr }, index) => ({
        record: `panel:${index}`,
        expr: expr.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*'),
      })),
    },
  ],
}

const { path = 'promtool', missing } = promtool()
if (missing === undefined || isLong) {
  t.test('promtool accepts the rules, and each fires when it must', { skip: missing ?? false }, async (t) => {
    const cwd = t.testdir({
      'rules.yaml': stringify(rules),
      'panels.yaml': stringify(panels),
      'tests.yaml': stringify(tests),
      'wrong.yaml': stringify(wrong),
    })
    for (const [name, { groups }] of Object.entries({ rules, panels })) {
      const check = run(path, ['check', 'rules', '--lint-fatal', `${name}.yaml`], { cwd })
      t.equal(check.status, 0, check.stdout + check.stderr)
      t.match(check.stdout, `${groups.flatMap((group) => [...group.rules]).length} rules found`)
    }
    const tested = run(path, ['test', 'rules', 'tests.yaml'], { cwd })
    t.equal(tested.status, 0, tested.stdout + tested.stderr)
    t.equal(run(path, ['test', 'rules', 'wrong.yaml'], { cwd }).status, 1)
  })
} else t.comment(`promtool was not run: npm run test:long builds it (${missing})`)

type RuleFile = {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string
      readonly labels: Readonly<Record<string, string>>
      readonly annotations: Readonly<Record<string, string>>
    }[]
  }[]
}
