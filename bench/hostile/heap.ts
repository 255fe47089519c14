/** The memory of a running creator: its own metrics, what is left on the heap after garbage is collected, and the peak that Linux reports. */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CreatorProcess } from '../../test/creator/process.ts'

type Heap = { readonly used: number; readonly limit: number }

/** Makes Node choose a free port for its debugger. */
export const debuggable = ['env', 'NODE_OPTIONS=--inspect-port=127.0.0.1:0']

/** The most physical memory that the process has used, in bytes; 0 when it has ended. */
export function peakOf({ pid }: CreatorProcess): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}

/** NaN while the creator does not answer. */
export async function heapOf(creator: CreatorProcess): Promise<Heap> {
  return {
    used: await gauge(creator, 'kees_creator_heap_bytes{kind="used"}'),
    limit: await gauge(creator, 'kees_creator_heap_bytes{kind="limit"}'),
  }
}

export async function gauge(creator: CreatorProcess, name: string): Promise<number> {
  const page = await creator.get('/metrics').catch(() => ({ text: '' }))
  const line = page.text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.split(' ').at(-1) ?? NaN)
}

/** When garbage is collected is otherwise up to Node, which has no reason to do it while nothing happens. It takes a `debuggable` creator. */
export async function collectGarbage(creator: CreatorProcess): Promise<void> {
  const address = () =>
    creator.log.map(({ text }) => /^Debugger listening on (\S+)$/.exec(String(text))?.[1]).find(Boolean)
  if (address() === undefined) creator.signal('SIGUSR1')
  for (let left = 50; address() === undefined && left > 0; left--) await sleep(100)
  const socket = new WebSocket(address() ?? '')
  const done = Promise.withResolvers<void>()
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ id: 1, method: 'HeapProfiler.collectGarbage' })),
  )
  socket.addEventListener('message', () => done.resolve())
  socket.addEventListener('error', () =>
    done.reject(new Error('the debugger of the creator does not answer')),
  )
  await done.promise
  socket.close()
}
