import { refresh, type Refreshing } from './refresh.ts'
import { refreshMetrics } from './refresh-metrics.ts'
import { serveMetrics } from './serve-metrics.ts'

/** Refreshes, and shows it. Loaded only by an init that stays: the others start the sooner. */
export async function keepCurrent(refreshing: Omit<Refreshing, 'metrics'>, version: string): Promise<never> {
  const { settings, log } = refreshing
  const metrics = refreshMetrics(version, () => Math.floor(Date.now() / 1000))
  if (settings.listen !== 'off') await serveMetrics(settings.listen, metrics.text, log)
  return await refresh({ ...refreshing, metrics })
}
