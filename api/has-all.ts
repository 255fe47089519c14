/** Whether each entry of a table has a value: the compiler does not follow a loop that sets them one by one. */
export function hasAll<S>(table: Readonly<Record<keyof S, unknown>>, values: Partial<S>): values is S {
  for (const key in table) if (!Object.hasOwn(values, key)) return false
  return true
}
