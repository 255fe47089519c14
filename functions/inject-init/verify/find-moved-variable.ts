import { isMap } from '../../../api/json.ts'
import type { Value } from '../../yaml/value.ts'
import type { Step } from './diff-values.ts'
import { listIn, textIn } from '../pod/effective-config.ts'

type MovedVariable = {
  readonly path: readonly Step[]
  /** The variable before it that refers to it, which would not be replaced. */
  readonly reader: string
}

/** The first variable that injection moves before another that refers to it, in two specs that differ in the order of items. */
export function findMovedVariable(found: Value, expected: Value): MovedVariable | undefined {
  for (const list of ['initContainers', 'containers'])
    for (const [index, container] of itemsIn(found, list).entries()) {
      const item = textIn(container, 'name')
      const other = itemsIn(expected, list).find((one) => textIn(one, 'name') === item)
      const [before, after] = [listIn(container, 'env'), listIn(other ?? null, 'env')]
      const moved = textIn(
        after.find((one, at) => textIn(one, 'name') !== textIn(before[at], 'name')),
        'name',
      )
      const at = before.findIndex((one) => textIn(one, 'name') === moved)
      const reader = before
        .slice(0, Math.max(0, at))
        .find((one) => textIn(one, 'value').includes(`$(${moved})`))
      if (reader)
        return {
          path: [list, { item, index }, 'env', { item: moved, index: at }],
          reader: textIn(reader, 'name'),
        }
    }
  return undefined
}

function itemsIn(spec: Value, list: string): readonly Value[] {
  const items = isMap(spec) ? spec[list] : undefined
  return Array.isArray(items) ? items : []
}
