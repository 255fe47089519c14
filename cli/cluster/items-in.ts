import { failed } from '../../runtime/failure.ts'
import { peer } from './read-cluster.ts'

/** An answer without the list says nothing, and must not be taken for an empty one. Go writes an empty list as null, too. */
export function itemsIn(
  answer: Readonly<Record<string, unknown>>,
  key: string,
  path: string,
): readonly unknown[] {
  const { [key]: items, kind } = answer
  if (Array.isArray(items)) return items
  if (items === null && typeof kind === 'string' && kind.endsWith('List')) return []
  throw noList(path)
}

export function noList(path: string): Error {
  return failed({
    ...peer,
    code: 'BAD_ANSWER',
    message: `${path}: the response is no list of the Kubernetes API`,
  })
}
