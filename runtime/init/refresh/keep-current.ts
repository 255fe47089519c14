import type { Pod } from '../files/fetch-files.ts'
import type { Memory } from '../fetch/memory-limit.ts'
import { notify } from './notify.ts'
import { type OpenedStore, openRound } from './refresh-round.ts'
import { refresh, type Refreshing } from './refresh.ts'
import { refreshMetrics } from './refresh-metrics.ts'
import { serveMetrics } from './serve-metrics.ts'

type Keeping = Omit<Refreshing, 'metrics' | 'fetch' | 'notify'> & {
  /** What was declared when the process started. */
  readonly pod: Pod
  readonly store: OpenedStore
  readonly memory: Memory
}

/** Refreshes, and shows it. */
export async function keepCurrent({ pod, store, ...world }: Keeping, version: string): Promise<never> {
  const { every, settings, log } = world
  const metrics = refreshMetrics(version, every / 1000, () => Date.now() / 1000)
  if (settings.listen !== 'off') await serveMetrics(settings.listen, metrics.text, log)
  const hasListener = settings.notifyFile !== '' || settings.notifyUrl !== ''
  return await refresh({
    ...world,
    metrics,
    fetch: openRound({ ...world, pod, store }),
    notify: hasListener ? (now) => notify(settings, now) : undefined,
  })
}
