import { formatMetrics, type Metric } from '../../prometheus-text.ts'

export type RefreshResult = 'unchanged' | 'changed' | 'failed'

/** Counts refreshes and notifications, and remembers the last result. */
export type RefreshMetrics = {
  readonly started: () => void
  readonly refreshed: (result: RefreshResult) => void
  readonly notified: (result: 'done' | 'failed') => void
  /** In the format of Prometheus. */
  readonly text: () => string
}

/** @param every between two refreshes, in seconds. @param now in seconds since 1970. */
export function refreshMetrics(version: string, every: number, now: () => number): RefreshMetrics {
  const refreshes = { unchanged: 0, changed: 0, failed: 0 }
  const notifications = { done: 0, failed: 0 }
  let hasFailed = false
  let start: number | undefined
  // A refresh begins at most 1.1 intervals after the last, and so a store that hangs shows within two.
  const isFailing = () => hasFailed || (start !== undefined && now() - start > 0.9 * every)
  const last: { success?: number; change?: number } = {}
  const metrics = (): Metric[] => [
    {
      name: 'kees_init_info',
      help: 'always 1; the label is the version of init',
      type: 'gauge',
      samples: [{ labels: { version }, value: 1 }],
    },
    {
      name: 'kees_init_refreshes_total',
      help: 'refreshes of all declared values, by result',
      type: 'counter',
      samples: Object.entries(refreshes).map(([result, value]) => ({ labels: { result }, value })),
    },
    {
      name: 'kees_init_refresh_failing',
      help: '1 if the last refresh failed or the present one takes too long; the files may then be out of date',
      type: 'gauge',
      samples: [{ value: isFailing() ? 1 : 0 }],
    },
    {
      name: 'kees_init_last_refresh_timestamp_seconds',
      help: 'the time when the files were last known to match the store',
      type: 'gauge',
      samples: last.success === undefined ? [] : [{ value: Math.floor(last.success) }],
    },
    {
      name: 'kees_init_last_change_timestamp_seconds',
      help: 'the time when changed values were last written',
      type: 'gauge',
      samples: last.change === undefined ? [] : [{ value: Math.floor(last.change) }],
    },
    {
      name: 'kees_init_notifications_total',
      help: 'notifications of the app about changed values, by result',
      type: 'counter',
      samples: Object.entries(notifications).map(([result, value]) => ({ labels: { result }, value })),
    },
  ]
  return {
    started: () => void (start = now()),
    refreshed: (result) => {
      refreshes[result]++
      start = undefined
      hasFailed = result === 'failed'
      if (!hasFailed) last.success = now()
      if (result === 'changed') last.change = now()
    },
    notified: (result) => void notifications[result]++,
    text: () => formatMetrics(metrics()),
  }
}
