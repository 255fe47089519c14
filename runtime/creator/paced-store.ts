import type { Clock } from '../clock.ts'
import type { ParameterStore } from '../parameter-store.ts'

/**
 * A store that is written to at most so often a second: SSM takes about three puts a second, from everybody in the account
 * together. https://docs.aws.amazon.com/general/latest/gr/ssm.html
 */
export function pacedStore(store: ParameterStore, putsPerSecond: number, clock: Clock): ParameterStore {
  let next = 0
  return {
    ...store,
    create: async (name, value, options) => {
      const now = clock.now()
      const turn = Math.max(now, next)
      next = turn + 1000 / putsPerSecond
      if (turn > now) await clock.sleep(turn - now)
      return store.create(name, value, options)
    },
  }
}
