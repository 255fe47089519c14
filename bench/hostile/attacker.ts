/** Runs one attack. As a program, which gets the address of the API server and the name of the attack, it is a process of its own. */
import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { HostilePod } from './api.ts'
import { type Attack, attacks } from './attacks.ts'
import { type PodClient, podClient } from './pod-client.ts'

type Change = Pick<HostilePod, 'namespace' | 'name'>

/** How many pods are removed at a time at the end. */
const removedAtOnce = 20

/** @param share of its rate. @returns what ends it, and removes its pods. */
export function begin({ rate, change }: Attack, api: PodClient, share = 1): () => Promise<void> {
  const alive = new Map<string, Change>()
  const period = 1000 / (rate * share)
  const stop = new AbortController()
  const run = async () => {
    let next = performance.now()
    for (let number = 0; !stop.signal.aborted; number++) {
      const { put, remove = [] } = change(number)
      while (!stop.signal.aborted && !(await api.put(put))) await sleep(20)
      const { namespace, name } = put
      alive.set(`${namespace}/${name}`, { namespace, name })
      for (const other of remove) {
        if (!alive.delete(`${namespace}/${other}`)) continue
        await api.remove({ namespace, name: other })
      }
      // What the API server or the creator does not take in time is not made up for.
      next = Math.max(next + period, performance.now() - period)
      await sleep(Math.max(0, next - performance.now()))
    }
  }
  const running = run()
  return async () => {
    stop.abort()
    await running
    const left = alive.values()
    const worker = async () => {
      for (const pod of left) await api.remove(pod)
    }
    await Promise.all(Array.from({ length: removedAtOnce }, worker))
  }
}

if (import.meta.main) {
  // It has what CPU the creator, the API server and the other team leave.
  setPriority(10)
  process.on('disconnect', () => process.exit())
  const [url = '', name] = process.argv.slice(2)
  const attack = attacks.find((one) => one.name === name)
  if (attack === undefined) throw new Error(`there is no attack ${name}`)
  const end = begin(attack, podClient(url, true))
  process.once('message', () => void end().then(() => process.exit()))
}
