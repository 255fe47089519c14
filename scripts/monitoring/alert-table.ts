/** The alerts: one table, for the PrometheusRule and for docs/operations.md. */

export type AlertRow = {
  /** In PromQL. */
  readonly expr: string
  /** How long the expression must hold. */
  readonly for?: string
  readonly severity: 'critical' | 'warning'
  readonly summary: string
  /** What to do. */
  readonly hint: string
  /** The section of docs/operations.md about it. */
  readonly section?: string
}

export const alertTable = {
  KeesCreatorNoLeader: {
    expr: 'sum(kees_creator_leading) != 1 or absent(kees_creator_leading)',
    for: '5m',
    severity: 'critical',
    summary: 'No creator is the leader, or more than one is',
    hint: 'New secrets are not created, and new pods that declare them wait. Check whether the replicas run and can list pods.',
    section: 'a-pod-does-not-start',
  },
  KeesCreatorQueueGrows: {
    expr: 'deriv(kees_creator_queue_depth[30m]) > 0 and kees_creator_leading == 1',
    for: '30m',
    severity: 'warning',
    summary: 'The work queue of the creator grows',
    hint: 'The rates are too low, or the store does not answer.',
    section: 'quotas',
  },
  KeesCreatorSlow: {
    expr: 'histogram_quantile(0.95, rate(kees_creator_creation_latency_seconds_bucket[1h])) > 120',
    severity: 'warning',
    summary: 'New parameters take longer than WAIT_TIMEOUT of init',
    hint: 'Pods fail once before they start. Check the work queue and the errors of the store.',
    section: 'quotas',
  },
  KeesCreatorBudgetAlmostUsed: {
    expr: 'kees_creator_budget_used_ratio > 0.8',
    severity: 'warning',
    summary: 'A namespace, or all together (budget heap), almost reaches a limit of the creator',
    hint: 'Find out which namespace declares so much, and raise the limit in the StoragePolicy or, for heap, the heap.',
    section: 'the-heap-of-the-creator',
  },
  KeesCreatorPodsIgnored: {
    expr: 'increase(kees_creator_budget_refusals_total[1h]) > 0',
    severity: 'warning',
    summary: 'The creator ignores pods because of a limit',
    hint: 'The log names the namespace. Delete pods, or raise the limit.',
    section: 'by-event-reason',
  },
  KeesCreatorHeapAlmostFull: {
    expr: 'kees_creator_heap_bytes{kind="used"} / ignoring(kind) kees_creator_heap_bytes{kind="limit"} > 0.9',
    for: '5m',
    severity: 'warning',
    summary: 'The heap of the creator is almost full',
    hint: 'Raise the heap and the memory limit.',
    section: 'the-heap-of-the-creator',
  },
  KeesCreatorRefuses: {
    expr: 'increase(kees_creator_refusals_total{reason=~"AccessDenied|MismatchedGroup|IncompleteGroup"}[1h]) > 0',
    severity: 'warning',
    summary: 'The creator may not create a parameter, or the parts of one do not match',
    hint: 'Read the Events of the creator.',
    section: 'by-event-reason',
  },
  KeesCreatorStoreRefuses: {
    expr: 'increase(kees_creator_store_errors_total{code=~"ACCESS_DENIED|CREDENTIALS_MISSING|CREDENTIALS_REFUSED|REFUSED"}[1h]) > 0',
    severity: 'warning',
    summary: 'SSM rejects calls of the creator',
    hint: 'Check the role of the creator, its Terraform module and the limits of the account. The log has the message of AWS.',
    section: 'by-error-code',
  },
  KeesCreatorStoreFails: {
    expr: 'increase(kees_creator_store_errors_total{code=~"THROTTLED|UNREACHABLE|BAD_ANSWER"}[15m]) > 0',
    for: '1h',
    severity: 'warning',
    summary: 'SSM throttles the creator or does not answer, for an hour',
    hint: 'For THROTTLED, look at the quotas of the account, else at the network.',
    section: 'by-error-code',
  },
  KeesCreatorListsFail: {
    expr: 'increase(kees_creator_list_errors_total[10m]) > 0',
    for: '15m',
    severity: 'warning',
    summary: 'The creator cannot list pods',
    hint: 'Read the log line "failed to list pods". ACCESS_DENIED means that the ClusterRole or its binding is missing.',
    section: 'metrics',
  },
  KeesCreatorWatchesFail: {
    expr: 'increase(kees_creator_watch_restarts_total{cause=~"silent|failed"}[10m]) > 0',
    for: '30m',
    severity: 'warning',
    summary: 'Watches of pods fail again and again',
    hint: 'Check the API server and what is between it and the creator.',
    section: 'watches-that-do-not-last',
  },
  KeesCreatorWatchesEndTooSoon: {
    expr: 'increase(kees_creator_watch_restarts_total{cause=~"ended|expired"}[10m]) > 10',
    severity: 'warning',
    summary: 'Watches of pods do not last, so the creator notices new pods late',
    hint: 'Find out what ends them. With NAMESPACES, each namespace has a watch: multiply the number by theirs.',
    section: 'watches-that-do-not-last',
  },
  KeesCreatorLeaseFails: {
    expr: 'increase(kees_creator_lease_errors_total[10m]) > 0',
    for: '15m',
    severity: 'warning',
    summary: 'The creator cannot acquire or renew its Lease',
    hint: 'Check the Role kees-creator, its binding, and the API server.',
    section: 'by-error-code',
  },
  KeesCreatorEventsLost: {
    expr: 'increase(kees_creator_events_total{outcome=~"refused|dropped|unreachable"}[1h]) > 0',
    severity: 'warning',
    summary: 'Events of the creator are not recorded',
    hint: 'For refused, check the RBAC; dropped: one namespace gets very many Events; unreachable: three attempts failed, or something other than the API server answered (BAD_ANSWER in the log).',
  },
  KeesRefreshFails: {
    expr: 'kees_init_refresh_failing == 1',
    for: '15m',
    severity: 'warning',
    summary:
      'A refresh sidecar cannot read its values, and the files are those of the last successful refresh',
    hint: 'Read the log of the container refresh-container. Set the time to how long a value may be out of date.',
    section: 'by-error-code',
  },
  KeesRefreshStopped: {
    expr: 'time() - kees_init_last_refresh_timestamp_seconds > 900',
    severity: 'warning',
    summary: 'A refresh sidecar has not refreshed for a quarter of an hour',
    hint: 'Read its log. The number is for a refresh every five minutes: set it to a few intervals.',
    section: 'by-error-code',
  },
  KeesRefreshNotHeard: {
    expr: 'increase(kees_init_notifications_total{result="failed"}[1h]) > 0',
    severity: 'warning',
    summary: 'An app did not accept the notification of new values, and has old ones in its memory',
    hint: 'Check NOTIFY_URL and the log of the app.',
  },
} as const satisfies Readonly<Record<string, AlertRow>>

export const alertRows: readonly (readonly [name: string, row: AlertRow])[] = Object.entries(alertTable)
