/** True, false or not known: the logic of Kleene. */
export type Known = boolean | undefined

export function and(all: readonly Known[]): Known {
  if (all.includes(false)) return false
  return all.includes(undefined) ? undefined : true
}

export function or(all: readonly Known[]): Known {
  if (all.includes(true)) return true
  return all.includes(undefined) ? undefined : false
}

export function not(one: Known): Known {
  return one === undefined ? undefined : !one
}
