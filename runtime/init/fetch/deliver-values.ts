import { deliveryOf } from '../../../api/pod/delivery.ts'
import type { Composed } from '../../../api/pod/pod-annotations.ts'
import { byteLengthOf } from '../../values/delivered-value.ts'
import { type Delivered, deliveredAsStored } from './delivered.ts'
import type { FetchedValue } from './fetch-declared.ts'
import { needsShaping } from './forms.ts'
import { type Shaped, shapeValues } from './shape-values.ts'

/**
 * What is delivered of what is stored.
 *
 * @param most bytes of all values together: one stored value may be delivered many times. @returns undefined where they have more.
 */
export async function deliverValues(
  fetched: readonly FetchedValue[],
  composed: readonly Composed[],
  most: number,
): Promise<Shaped | undefined> {
  const shaped = isPlain(fetched, composed)
    ? { delivered: fetched.map(deliveredAsStored), diagnostics: [] }
    : shapeValues(fetched, composed, most)
  return shaped && bytesIn(shaped.delivered) <= most ? shaped : undefined
}

function isPlain(fetched: readonly FetchedValue[], composed: readonly Composed[]): boolean {
  return (
    composed.length === 0 &&
    !fetched.some(({ declared, stored }) => stored?.isBinary || needsShaping(declared))
  )
}

function bytesIn(values: readonly Delivered[]): number {
  return values.reduce((sum, { declaration, value }) => {
    const isWritten = value && deliveryOf(declaration).to !== 'none'
    return sum + (isWritten ? byteLengthOf(value) : 0)
  }, 0)
}
