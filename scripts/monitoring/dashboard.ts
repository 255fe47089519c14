/** The Grafana dashboard of the creator and of the refresh sidecars. */

type Unit = 'short' | 's' | 'bytes' | 'percentunit' | 'ops'
type Query = { readonly expr: string; readonly legend: string }
type Panel = {
  readonly title: string
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
}
type Row = { readonly title: string; readonly panels: readonly Panel[] }

/** Of the creators in the namespaces that are chosen. */
const creator = 'namespace=~"$namespace"'
const one = (expr: string, legend: string): readonly Query[] => [{ expr, legend }]

const rows: readonly Row[] = [
  {
    title: 'Creator',
    panels: [
      {
        title: 'Leader',
        description: '1 for the replica that is the leader. The sum must be 1.',
        unit: 'short',
        queries: one(`kees_creator_leading{${creator}}`, '{{pod}}'),
      },
      {
        title: 'Annotated pods',
        description: 'Annotated pods that are not finished, as the leader sees them.',
        unit: 'short',
        queries: one(`kees_creator_pods{${creator}} and kees_creator_leading{${creator}} == 1`, '{{pod}}'),
      },
      {
        title: 'Work queue of the leader',
        description: 'Parameter groups that wait. It must not grow for long.',
        unit: 'short',
        queries: one(
          `kees_creator_queue_depth{${creator}} and kees_creator_leading{${creator}} == 1`,
          '{{pod}}',
        ),
      },
      {
        title: 'Time until parameters are stored',
        description:
          'From seeing the pod to storing its parameters. Pods fail once above 120 s (WAIT_TIMEOUT).',
        unit: 's',
        queries: [0.5, 0.95].map((quantile) => ({
          expr: `histogram_quantile(${quantile}, sum by (le) (rate(kees_creator_creation_latency_seconds_bucket{${creator}}[$__rate_interval])))`,
          legend: `quantile ${quantile}`,
        })),
      },
      {
        title: 'Parameters created in an hour',
        description: 'kees never deletes them, and the account has a limit.',
        unit: 'short',
        queries: one(`sum by (type) (increase(kees_creator_created_total{${creator}}[1h]))`, '{{type}}'),
      },
      {
        title: 'Known parameters',
        description: 'Parameters that are known to exist.',
        unit: 'short',
        queries: one(`kees_creator_known_parameters{${creator}}`, '{{pod}}'),
      },
    ],
  },
  {
    title: 'Errors',
    panels: [
      {
        title: 'Warning Events on pods in an hour',
        description: 'By reason: docs/operations.md, "By Event reason".',
        unit: 'short',
        queries: one(
          `sum by (reason) (increase(kees_creator_refusals_total{${creator}}[1h])) > 0`,
          '{{reason}}',
        ),
      },
      {
        title: 'Failed calls to SSM',
        description: 'By code: docs/operations.md, "By error code".',
        unit: 'ops',
        queries: one(
          `sum by (operation, code) (rate(kees_creator_store_errors_total{${creator}}[$__rate_interval])) > 0`,
          '{{operation}} {{code}}',
        ),
      },
      {
        title: 'Failed calls to the API server',
        description: 'Lists of pods, and the Lease.',
        unit: 'ops',
        queries: [
          {
            expr: `sum by (code) (rate(kees_creator_list_errors_total{${creator}}[$__rate_interval])) > 0`,
            legend: 'list {{code}}',
          },
          {
            expr: `sum by (code) (rate(kees_creator_lease_errors_total{${creator}}[$__rate_interval])) > 0`,
            legend: 'Lease {{code}}',
          },
        ],
      },
      {
        title: 'Pods ignored because of a limit, in an hour',
        description: 'By limit of the StoragePolicy.',
        unit: 'short',
        queries: one(
          `sum by (budget) (increase(kees_creator_budget_refusals_total{${creator}}[1h])) > 0`,
          '{{budget}}',
        ),
      },
    ],
  },
  {
    title: 'Load',
    panels: [
      {
        title: 'Calls to SSM',
        description: 'All clients of an account and region share its quotas.',
        unit: 'ops',
        queries: one(
          `sum by (operation) (rate(kees_creator_store_calls_total{${creator}}[$__rate_interval]))`,
          '{{operation}}',
        ),
      },
      {
        title: 'Limits used',
        description: 'The highest usage of any namespace; heap: of all together.',
        unit: 'percentunit',
        queries: one(`max by (budget) (kees_creator_budget_used_ratio{${creator}})`, '{{budget}}'),
      },
      {
        title: 'Heap',
        description: 'Above the limit, Node ends the process.',
        unit: 'bytes',
        queries: one(`kees_creator_heap_bytes{${creator}}`, '{{pod}} {{kind}}'),
      },
      {
        title: 'Watches that ended',
        description: 'ended and expired are normal once every few minutes for each watched namespace.',
        unit: 'ops',
        queries: one(
          `sum by (cause) (rate(kees_creator_watch_restarts_total{${creator}}[$__rate_interval]))`,
          '{{cause}}',
        ),
      },
      {
        title: 'Events',
        description: 'By outcome.',
        unit: 'ops',
        queries: one(
          `sum by (outcome) (rate(kees_creator_events_total{${creator}}[$__rate_interval]))`,
          '{{outcome}}',
        ),
      },
      {
        title: 'Events waiting',
        description: 'Events that wait to be sent.',
        unit: 'short',
        queries: one(`kees_creator_events_waiting{${creator}}`, '{{pod}}'),
      },
    ],
  },
  {
    title: 'Refresh sidecars, of all namespaces',
    panels: [
      {
        title: 'Refreshes',
        description: 'By result.',
        unit: 'ops',
        queries: one('sum by (result) (rate(kees_init_refreshes_total[$__rate_interval]))', '{{result}}'),
      },
      {
        title: 'Sidecars whose refresh fails',
        description: 'Their files are those of the last successful refresh.',
        unit: 'short',
        queries: one('sum by (namespace) (kees_init_refresh_failing) > 0', '{{namespace}}'),
      },
      {
        title: 'Time since the last refresh',
        description: 'The longest of each namespace.',
        unit: 's',
        queries: one(
          'max by (namespace) (time() - kees_init_last_refresh_timestamp_seconds)',
          '{{namespace}}',
        ),
      },
      {
        title: 'Time since the last change',
        description: 'The shortest of each namespace.',
        unit: 's',
        queries: one(
          'min by (namespace) (time() - kees_init_last_change_timestamp_seconds)',
          '{{namespace}}',
        ),
      },
      {
        title: 'Notifications of apps',
        description: 'After new values. Where one failed, the app has old values in its memory.',
        unit: 'ops',
        queries: one('sum by (result) (rate(kees_init_notifications_total[$__rate_interval]))', '{{result}}'),
      },
      {
        title: 'Versions',
        description: 'The sidecars by their version of init.',
        unit: 'short',
        queries: one('count by (version) (kees_init_info)', '{{version}}'),
      },
    ],
  },
]

const datasource = { type: 'prometheus', uid: '${datasource}' }
const height = 8
/** Three panels in a row of 24 columns. */
const width = 8

/** In the format of Grafana 9 and later. */
export function dashboard(): object {
  let y = 0
  let id = 0
  const panels = rows.flatMap((row) => {
    const header = {
      id: ++id,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: 24, h: 1 },
      panels: [],
    }
    y++
    const top = y
    y += Math.ceil(row.panels.length / 3) * height
    return [
      header,
      ...row.panels.map(({ title, description, unit, queries }, index) => ({
        id: ++id,
        type: 'timeseries',
        title,
        description,
        datasource,
        gridPos: { x: (index % 3) * width, y: top + Math.floor(index / 3) * height, w: width, h: height },
        fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
        options: {
          legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
          tooltip: { mode: 'multi', sort: 'desc' },
        },
        targets: queries.map(({ expr, legend }, query) => ({
          refId: String.fromCodePoint('A'.charCodeAt(0) + query),
          datasource,
          expr,
          legendFormat: legend,
        })),
      })),
    ]
  })
  return {
    title: 'kees',
    uid: 'kees-creator',
    description: 'The creator of kees, and the refresh sidecars.',
    tags: ['kees'],
    editable: true,
    schemaVersion: 38,
    refresh: '1m',
    time: { from: 'now-6h', to: 'now' },
    templating: {
      list: [
        {
          name: 'datasource',
          label: 'Data source',
          type: 'datasource',
          query: 'prometheus',
        },
        {
          name: 'namespace',
          label: 'Namespace of the creator',
          type: 'query',
          datasource,
          query: { query: 'label_values(kees_creator_leading, namespace)', refId: 'namespace' },
          refresh: 2,
          includeAll: true,
          multi: true,
          current: { text: 'All', value: '$__all' },
        },
      ],
    },
    panels,
  }
}
