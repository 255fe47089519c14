import { toAddress } from '../../api/parse-url.ts'
import type { Peer } from '../failure.ts'
import type { Exchange } from './http-exchange.ts'

/** @returns the exchange, and who has owed a response for longest; undefined where nobody does. */
export function watchExchange(exchange: Exchange): {
  readonly exchange: Exchange
  readonly pending: () => Peer | undefined
} {
  const pending = new Set<Peer>()
  return {
    exchange: async (request) => {
      const peer = { service: request.service, host: toAddress(request.url).host }
      pending.add(peer)
      try {
        return await exchange(request)
      } finally {
        pending.delete(peer)
      }
    },
    pending: () => [...pending][0],
  }
}
