import t from 'tap'
import { refreshMetrics } from './refresh-metrics.ts'

let now = 1000
const metrics = refreshMetrics('1.2.3', 60, () => now)
t.equal(
  metrics.text().replace(/^#.*\n/gm, ''),
  `kees_init_info{version="1.2.3"} 1
kees_init_refreshes_total{result="unchanged"} 0
kees_init_refreshes_total{result="changed"} 0
kees_init_refreshes_total{result="failed"} 0
kees_init_refresh_failing 0
kees_init_notifications_total{result="done"} 0
kees_init_notifications_total{result="failed"} 0
`,
  'at first there is no time of a refresh',
)
metrics.refreshed('changed')
metrics.notified('done')
now = 2000
metrics.refreshed('failed')
t.equal(
  metrics.text().replace(/^#.*\n/gm, ''),
  `kees_init_info{version="1.2.3"} 1
kees_init_refreshes_total{result="unchanged"} 0
kees_init_refreshes_total{result="changed"} 1
kees_init_refreshes_total{result="failed"} 1
kees_init_refresh_failing 1
kees_init_last_refresh_timestamp_seconds 1000
kees_init_last_change_timestamp_seconds 1000
kees_init_notifications_total{result="done"} 1
kees_init_notifications_total{result="failed"} 0
`,
  'a failure leaves the times as they are',
)
metrics.refreshed('unchanged')
t.match(metrics.text(), 'kees_init_refresh_failing 0\n', 'a success ends it')
t.match(metrics.text(), 'kees_init_last_refresh_timestamp_seconds 2000\n')

metrics.started()
now = 2000 + 54
t.match(metrics.text(), 'kees_init_refresh_failing 0\n', 'a refresh may take its time')
now = 2000 + 55
t.match(metrics.text(), 'kees_init_refresh_failing 1\n', 'but not until the next one is due')
metrics.refreshed('unchanged')
t.match(metrics.text(), 'kees_init_refresh_failing 0\n')
