import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CreatorProcess, type LogLine, startCreator } from './process.ts'

export type KeptCreator = {
  readonly kill: () => void
  /** How often it was started. */
  readonly starts: () => number
  /** Of all that were started. */
  readonly log: () => readonly LogLine[]
  /** Whether the one that runs has listed the pods, and is not an earlier one than that. Counted from 1. */
  readonly isReady: (start: number) => Promise<boolean>
  /** Of the one that runs; empty while none does. */
  readonly metrics: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** A creator that is restarted whenever it ends, as by the kubelet. @param rate how much faster its clock goes. */
export function keepCreator(env: Readonly<Record<string, string>>, rate = 1): KeptCreator {
  const fast = ['node', `--import=${join(import.meta.dirname, './fast-clock.ts')}`]
  const by = rate === 1 ? [] : fast
  const started: CreatorProcess[] = []
  const failures: LogLine[] = []
  const stopping = new AbortController()
  const keep = async () => {
    while (!stopping.signal.aborted) {
      try {
        const creator = await startCreator({ ...env, KEES_TEST_CLOCK_RATE: String(rate) }, by)
        started.push(creator)
        if (stopping.signal.aborted) creator.signal('SIGKILL')
        await creator.ended
      } catch (error) {
        // It ended before it listened.
        failures.push({ message: error instanceof Error ? error.message : String(error) })
      }
      await sleep(500)
    }
  }
  const kept = keep()
  return {
    kill: () => started.at(-1)?.signal('SIGKILL'),
    starts: () => started.length,
    log: () => [...started.flatMap(({ log }) => log), ...failures],
    isReady: async (start) => {
      const last = started.at(-1)
      if (started.length < start || last === undefined) return false
      try {
        return (await last.get('/readyz')).status === 200
      } catch {
        return false
      }
    },
    metrics: async () => {
      try {
        return (await started.at(-1)?.get('/metrics'))?.text ?? ''
      } catch {
        return ''
      }
    },
    stop: async () => {
      stopping.abort()
      started.at(-1)?.signal('SIGKILL')
      await kept
    },
  }
}
