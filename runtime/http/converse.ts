import type { Socket } from 'node:net'
import type { ResponseParser } from './response-parser.ts'

/**
 * Sends a request over a connection, and resolves when enough of its response has arrived. Rejects with errors of the connection and of the
 * parser; the connection is then of no use.
 *
 * @param isEnough asked after each part of the response.
 */
export function converse(
  socket: Socket,
  request: string | Uint8Array,
  parser: ResponseParser,
  isEnough: () => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => socket.off('data', read).off('end', end).off('close', lose).off('error', lose)
    const lose = (error: unknown = parser.cutOff()) => {
      stop()
      reject(error instanceof Error ? error : parser.cutOff())
    }
    const go = (step: () => void) => {
      try {
        step()
      } catch (error) {
        return lose(error)
      }
      if (!isEnough()) return undefined
      stop()
      return resolve()
    }
    const read = (bytes: Buffer) => go(() => parser.push(bytes))
    const end = () => go(() => parser.end())
    // What has an error closes after it.
    socket.on('data', read).on('end', end).on('close', lose).on('error', lose)
    if (socket.destroyed) lose(socket.errored)
    else socket.write(request, 'latin1')
  })
}
