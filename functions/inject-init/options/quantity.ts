/**
 * Kubernetes' quantities, such as `64Mi` and `50m`, exactly.
 *
 *     quantity = [ "+" / "-" ] ( digits [ "." *DIGIT ] / "." digits ) [ suffix / exponent ]
 *     suffix   = "n" / "u" / "m" / "k" / "M" / "G" / "T" / "P" / "E" / ( "K" / "M" / "G" / "T" / "P" / "E" ) "i"
 *     exponent = ( "e" / "E" ) [ "+" / "-" ] digits
 *
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
import type { Diagnostic } from '../../../api/diagnostic.ts'
import { didYouMean } from '../../../api/suggest.ts'

const pattern =
  /^(?<sign>[+-]?)(?=\.?[0-9])(?<whole>[0-9]{0,40})(\.(?<fraction>[0-9]{0,40}))?((?<suffix>[numkMGTPE]|[KMGTPE]i)|[eE](?<exponent>[+-]?[0-9]{1,2}))?$/

const decimalExponents = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])

/** A whole number of units of 10^-scale. */
export type Quantity = { readonly units: bigint; readonly scale: number }

/** Undefined if the text is not a quantity. Numbers of more than 40 digits are not. */
export function parseQuantity(text: string): Quantity | undefined {
  const { sign, whole = '', fraction = '', suffix = '', exponent = '0' } = pattern.exec(text)?.groups ?? {}
  if (sign === undefined) return undefined
  const digits = BigInt(`${whole}${fraction}`) * (sign === '-' ? -1n : 1n)
  const binary = suffix.endsWith('i') ? 1024n ** BigInt('KMGTPE'.indexOf(suffix.charAt(0)) + 1) : 1n
  const decimal = (decimalExponents.get(suffix) ?? 0) + Number(exponent) - fraction.length
  const scaled = digits * binary
  return decimal < 0
    ? { units: scaled, scale: -decimal }
    : { units: scaled * 10n ** BigInt(decimal), scale: 0 }
}

/** Below zero where `a` is less than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const [left, right] = [a.units * 10n ** BigInt(b.scale), b.units * 10n ** BigInt(a.scale)]
  return left === right ? 0 : left < right ? -1 : 1
}

export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const scale = Math.max(a.scale, b.scale)
  const scaled = (one: Quantity) => one.units * 10n ** BigInt(scale - one.scale)
  return { units: scaled(a) + scaled(b), scale }
}

/** With the suffix that leaves the fewest digits. */
export function formatQuantity(quantity: Quantity): string {
  const { units, scale } = quantity
  if (isWhole(quantity)) {
    let whole = units / 10n ** BigInt(scale)
    let suffix = ''
    for (const letter of 'KMGTPE') {
      if (whole === 0n || whole % 1024n !== 0n) break
      whole /= 1024n
      suffix = `${letter}i`
    }
    return `${whole}${suffix}`
  }
  for (const [suffix, exponent] of [
    ['m', 3],
    ['u', 6],
  ] as const) {
    const smaller = { units: units * 10n ** BigInt(exponent), scale }
    if (isWhole(smaller)) return `${smaller.units / 10n ** BigInt(scale)}${suffix}`
  }
  return `${(units * 10n ** 9n) / 10n ** BigInt(scale)}n`
}

function isWhole({ units, scale }: Quantity): boolean {
  return units % 10n ** BigInt(scale) === 0n
}

/** Nobody means a tenth of a byte: `64m` is the most common mistake. */
export function validateBytes(text: string): readonly Diagnostic[] {
  const quantity = parseQuantity(text)
  if (quantity === undefined || quantity.units < 0n) return [{ message: 'must be a quantity such as 16Mi' }]
  if (isWhole(quantity)) return []
  const meant = text.endsWith('m') ? `${text.slice(0, -1)}Mi` : undefined
  return [{ message: 'must be a whole number of bytes', ...didYouMean(meant) }]
}
