import type { Part } from './editable-pod.ts'
import { textIn } from './effective-config.ts'

type Variable = Pick<Part, 'name' | 'value'>

/** @returns whether a variable before it refers to a variable by `$(NAME)`: that would be left as it is written. */
export function findReferences(variables: readonly Variable[]): (variable: Variable) => boolean {
  const readers = new Map<string, number>()
  for (const [index, { value }] of variables.entries())
    for (const [, name = ''] of textIn(value, 'value').matchAll(/\$\(([^()]*)\)/g))
      if (!readers.has(name)) readers.set(name, index)
  const places = new Map(variables.map((one, index) => [one, index]))
  return (variable) => (readers.get(variable.name) ?? Infinity) < (places.get(variable) ?? 0)
}
