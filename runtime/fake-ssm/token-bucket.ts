/** Allows so many calls a second on average, with a burst of at most one second. */
export function tokenBucket(perSecond: number, now: () => number): { readonly take: () => boolean } {
  let tokens = perSecond
  let filledAt = now()
  return {
    take() {
      tokens = Math.min(perSecond, tokens + ((now() - filledAt) / 1000) * perSecond)
      filledAt = now()
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}
