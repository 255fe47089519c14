import type { Socket } from 'node:net'

/** In milliseconds. Network devices drop idle connections silently after minutes. */
const longestIdle = 60_000
/** A server that names its own time limit must not close a connection while a request is on its way. */
const margin = 1000
/** To one peer. init makes five calls at a time. */
const most = 8

/** Connections that are open and unused. They do not keep the process alive. */
export class IdleConnections {
  /** By what they lead to, with what ends the waiting. The one that was used last is at the end. */
  readonly #idle = new Map<string, { readonly socket: Socket; readonly end: () => void }[]>()

  take(key: string): Socket | undefined {
    const { socket, end } = this.#idle.get(key)?.pop() ?? {}
    if (socket === undefined || end === undefined) return undefined
    socket.off('data', end).off('end', end).off('close', end).off('timeout', end)
    return socket.setTimeout(0).ref()
  }

  /** @param limit of the server in seconds, where it has one. */
  keep(key: string, socket: Socket, limit = Number.POSITIVE_INFINITY): void {
    const idle = this.#idle.get(key) ?? []
    const time = Math.min(longestIdle, limit * 1000 - margin)
    if (time <= 0 || idle.length >= most) return void socket.destroy()
    const end = () => {
      socket.destroy()
      const at = idle.findIndex((one) => one.socket === socket)
      if (at !== -1) idle.splice(at, 1)
    }
    idle.push({ socket, end })
    this.#idle.set(key, idle)
    // Nothing was asked: whatever is sent is no response.
    socket.on('data', end).on('end', end).on('close', end).on('timeout', end)
    socket.setTimeout(time).unref()
    return undefined
  }
}
